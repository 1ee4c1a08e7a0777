import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { recorded } from './cases/recordings.contract.ts'
import { APPLIERS, SOURCES, truthOf } from './cases/true-readings.ts'
import { readFeedback } from './feedback.ts'
import { readHelmRelease } from './helm-release.ts'
import { readKustomization, readSource } from './readiness.ts'
import { type Readiness, SEVERITY } from './verdict.ts'

const SEEN = [...Object.keys(SOURCES), ...Object.keys(APPLIERS)].flatMap((folder) =>
  recorded<KubernetesObject>(folder).map(([name, object]) => ({ folder, name, object })),
)

/** A recording whose name says that something lasts is looked at later than it was recorded. */
function lookedAt(name: string, object: KubernetesObject): { now?: Date } {
  if (!/stuck|shard-unknown/.test(name)) return {}
  const asked = object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt']
  const from = object.metadata.deletionTimestamp ?? asked ?? object.metadata.creationTimestamp
  return { now: new Date(Date.parse(String(from)) + 20 * 60_000) }
}

const PRESENT = new Set([
  'GitRepository/catalog',
  'GitRepository/payments-api',
  'Provider/stairway',
])

function read(folder: string, name: string, object: KubernetesObject): Readiness {
  const view = lookedAt(name, object)
  if (folder === 'kustomization') return readKustomization(object, view)
  if (folder === 'helmrelease') return readHelmRelease(object, view)
  if (folder in SOURCES) return readSource(object, view)
  const present = /missing$/.test(name) ? { present: PRESENT } : {}
  return readFeedback(object, { ...view, ...present })
}

describe.skipIf(SEEN.length === 0)('recorded objects of real Flux', () => {
  test.each(SEEN)('$folder/$name reads as what it is', ({ folder, name, object }) => {
    const verdict = read(folder, name, object)
    const { status, severity, ready, trouble } = verdict
    expect([status, trouble.code, trouble.whose]).toEqual(truthOf(folder, name))
    expect(severity).toBe(SEVERITY[status])
    expect(ready).toBe(status === 'ready')
    expect(trouble.detail).not.toBe('')
    expect(trouble.nextStep).not.toBe('')
  })

  test('every case that is named was recorded', () => {
    const names = new Set(SEEN.map(({ folder, name }) => `${folder}/${name}`))
    for (const [folder, cases] of Object.entries(APPLIERS))
      for (const name of Object.keys(cases)) expect(names).toContain(`${folder}/${name}`)
  })
})
