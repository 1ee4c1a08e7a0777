import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { listLive } from '#lib/onboarding/drift/list-live.ts'
import { lookAt } from '#lib/onboarding/drift/look-at.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { aTarget } from './cases/a-target.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from './tenant-set.ts'

const NAMESPACES = 60
const AT_ONCE = 8
const TURN = 10
const VALUES = {
  'git-username': 'reader',
  'git-password': 'not-a-real-password',
  'hook-hmac': 'k'.repeat(32),
  'receiver-token': 'r'.repeat(32),
}

let real: RealCluster
const sets: { namespace: string; objects: KubernetesObject[] }[] = []

beforeAll(async () => {
  real = await realCluster()
  for (let n = 0; n < NAMESPACES; n += 1) {
    const target = aTarget({
      service: { slug: `budget-${n}`, servesHttp: true },
      namespace: `pay-budget-${n}-prod`,
      repository: { cloneUrl: 'http://127.0.0.1:1/none.git', branch: 'main' },
      hooksUrl: 'http://127.0.0.1:1',
    })
    const objects = renderTenantSet(target).map(({ yaml }) =>
      injectCredentials(parseTenantObject(yaml), VALUES),
    )
    sets.push({ namespace: target.namespace, objects })
  }
  await each(async ({ objects }) => {
    for (const object of objects) await placed(object)
  })
})

afterAll(() =>
  each(async ({ objects: [namespace] }) => {
    if (namespace) await real.admin.remove(namespace)
  }),
)

async function each(act: (set: (typeof sets)[number]) => Promise<void>): Promise<void> {
  const left = [...sets]
  const work = async () => {
    for (let next = left.pop(); next; next = left.pop()) await act(next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** The hub's rights in a namespace that it just made take a moment. */
async function placed(object: KubernetesObject): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const refused = await real.hub.apply(object, {}).then(
      () => undefined,
      (error: Error & { reason?: string }) => error,
    )
    if (!refused) return
    if (refused.reason !== 'forbidden' || tries > 20) throw refused
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('1,000 objects without drift cost at most 12 calls and 2 per namespace in its turn, and 5 seconds', async () => {
  const turn = sets.slice(0, TURN).map(({ namespace }) => namespace)
  const objects = sets.flatMap((set) =>
    set.objects.filter(({ kind }) => kind !== 'Secret' || turn.includes(set.namespace)),
  )
  const all = sets.reduce((sum, set) => sum + set.objects.length, 0)
  expect(all).toBeGreaterThanOrEqual(1000)
  const calls: string[] = []
  const hub: Cluster = {
    ...real.hub,
    list: (query) => {
      calls.push(`list ${query.kind}`)
      return real.hub.list(query)
    },
    apply: (object, options) => {
      calls.push(`apply ${object.kind}`)
      return real.hub.apply(object, options)
    },
  }
  const began = performance.now()
  const live = await listLive(hub, objects, turn)
  const looks = await Promise.all(
    objects.map(async (wanted) => {
      const stands = live.find(wanted)
      return stands === undefined ? null : lookAt(hub, wanted, stands)
    }),
  )
  const seconds = (performance.now() - began) / 1000
  expect(looks.filter(Boolean)).toEqual([])
  expect(calls.length).toBeLessThanOrEqual(12 + 2 * TURN)
  expect(seconds).toBeLessThanOrEqual(5)
})
