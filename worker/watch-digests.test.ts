import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { WatchEvent } from '#lib/ports/cluster.ts'
import { createDigests } from './watch-digests.ts'

const object = (uid: string, ready: string): KubernetesObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: uid, namespace: 'pay-x-dev', uid, generation: 1 },
  status: { conditions: [{ type: 'Ready', status: ready }], history: [{ at: Math.random() }] },
})
const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED', uid: string, ready: string): WatchEvent => ({
  ...{ type, resourceVersion: '7', object: object(uid, ready) },
})
const bookmark: WatchEvent = { type: 'BOOKMARK', resourceVersion: '7' }

test('what stood at the beginning is no news; what comes, changes or goes later is, once', () => {
  const digests = createDigests()
  expect(digests.news(event('ADDED', 'a', 'Unknown'))).toBeUndefined()
  expect(digests.news(bookmark)).toBeUndefined()
  expect(digests.news(event('MODIFIED', 'a', 'Unknown'))).toBeUndefined()
  expect(digests.news(event('MODIFIED', 'a', 'True'))).toBeDefined()
  expect(digests.news(event('MODIFIED', 'a', 'True'))).toBeUndefined()
  expect(digests.news(event('ADDED', 'b', 'Unknown'))).toBeDefined()
  expect(digests.news(event('DELETED', 'b', 'Unknown'))).toBeDefined()
  expect(digests.size()).toBe(1)
})

test('a list that begins anew tells what changed in the gap and forgets what is gone', () => {
  const digests = createDigests()
  for (const uid of ['a', 'b', 'c']) digests.news(event('ADDED', uid, 'Unknown'))
  digests.news(bookmark)
  digests.anew()
  expect(digests.news(event('ADDED', 'a', 'Unknown'))).toBeUndefined()
  expect(digests.news(event('ADDED', 'b', 'True'))).toBeDefined()
  digests.news(bookmark)
  expect(digests.size()).toBe(2)
})
