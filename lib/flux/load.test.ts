import { expect, test } from 'vitest'
import { aTarget } from './cases/a-target.ts'
import { loadOf } from './load.ts'
import { INTERVAL_CLASSES } from './target.ts'
import { parseTenantObject, renderTenantSet } from './tenant-set.ts'

test('each service asks once in its interval, and shards share the work', () => {
  const evidence =
    'kustomize-controller 4 at once, 1Gi; kustomize-controller-shard1 6 at once, 1Gi; source-controller 2 at once, no limit'
  expect(loadOf({ fast: 30, standard: 60, relaxed: 90 }, evidence)).toEqual([
    { controller: 'source-controller', perMinute: 30 + 6 + 3, atOnce: 2 },
    { controller: 'kustomize-controller', perMinute: 3 + 1 + 1.5, atOnce: 10 },
  ])
})

test('where nothing stands and nothing is known, it says that', () => {
  expect(loadOf({}, '')).toEqual([
    { controller: 'source-controller', perMinute: 0, atOnce: null },
    { controller: 'kustomize-controller', perMinute: 0, atOnce: null },
  ])
})

test.each(Object.entries(INTERVAL_CLASSES))(
  'a %s service is looked at so often',
  (name, expected) => {
    const set = renderTenantSet(aTarget({ interval: name as keyof typeof INTERVAL_CLASSES }))
    const objects = set.map(({ yaml }) => parseTenantObject(yaml))
    const interval = (kind: string) => objects.find((object) => object.kind === kind)?.spec
    expect(interval('GitRepository')).toMatchObject({ interval: expected.source })
    expect(interval('Kustomization')).toMatchObject({ interval: expected.kustomization })
  },
)
