import { expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { endNamespace, whileItEnds } from './end-namespace.ts'
import type { Site } from './site.ts'

const forbidden = new AdapterError({
  system: 'kubernetes',
  operation: 'list Endpoints',
  reason: 'forbidden',
  retryable: false,
  status: 403,
  detail: 'endpoints is forbidden',
})
const namespace = (more: object = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'pay-api-dev', uid: 'u-1', ...more },
})

/** A target whose rights went with its role binding; `live` is what the namespace is found as. */
function site(live: KubernetesObject | null): Site {
  const cluster = {
    read: async () => live,
    namespacedKinds: async () => [{ apiVersion: 'v1', kind: 'Endpoints' }],
    list: async () => {
      throw forbidden
    },
  }
  const planned = { object: namespace(), hash: 'h', stage: 'namespace', removed: true, uid: 'u-1' }
  return {
    cluster,
    objects: [{ ...planned, existedBefore: false }],
    target: { namespace: 'pay-api-dev' },
    terms: { workloads: 'prune' },
    run: { input: {} },
    notes: [],
  } as unknown as Site
}

test('a namespace that goes between two looks at it is looked at once more, not searched without rights', async () => {
  expect(await endNamespace(site(null))).toMatchObject({ kind: 'wait', paced: true })
})

test.each([
  ['is on its way out', namespace({ deletionTimestamp: new Date().toISOString() })],
  ['went while', null],
])('a refusal in a namespace that %s is no missing right', async (words, live) => {
  const outcome = await whileItEnds(site(live), forbidden)
  expect(outcome).toMatchObject({ kind: 'wait', why: expect.stringContaining(words) })
})

test('a refusal in a namespace that stands is what it says', async () => {
  expect(await whileItEnds(site(namespace()), forbidden)).toBeUndefined()
  expect(await whileItEnds(site(namespace()), new Error('other'))).toBeUndefined()
})
