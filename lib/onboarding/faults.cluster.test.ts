import { existsSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { accessFaults, clockFaults } from '#lib/testing/faults/access.cases.ts'
import { kindFaults, namespaceFaults, webhookFaults } from '#lib/testing/faults/admission.cases.ts'
import { apiServerFaults } from '#lib/testing/faults/api-server.cases.ts'
import { type FaultyClusters, faultyClusters } from '#lib/testing/faulty-clusters.ts'
import type { Placed } from '#lib/testing/placed-objects.ts'

/** Whose processes a test may kill: a cluster that the tests started. One that was given to them stays as it is. */
const isOurs = existsSync(
  path.join(path.dirname(inject('kubeconfigs')[0] ?? ''), 'kube-apiserver.pid'),
)

describe.skipIf(!isOurs)('a cluster in trouble while priming runs', () => {
  let clusters: FaultyClusters
  let undisturbed: Placed

  beforeAll(async () => {
    clusters = await faultyClusters()
    undisturbed = await clusters.finished(await clusters.begun('flt-calm'))
  }, 240_000)
  afterEach(() => clusters.plane.restart())
  afterAll(() => clusters?.close())

  const at = () => clusters
  const calm = () => undisturbed

  test('an undisturbed priming records what stands, and nothing else stands', () => {
    expect(calm().objects.length).toBeGreaterThan(10)
    expect(calm()).toMatchObject({ untrue: [], unrecorded: [] })
    expect(calm().happened).toEqual({ runs: 1, closings: 1, notices: 1, retries: 0, failures: 0 })
  })

  apiServerFaults({ at, calm })
  accessFaults({ at, calm })
  clockFaults({ at, calm })
  namespaceFaults({ at, calm })
  kindFaults({ at, calm })
  webhookFaults({ at, calm })
})
