import { expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import { readManifests } from './read-manifests.ts'

const REPOSITORY = { org: 'payments', name: 'ledger' }

/** A Git host that holds these files, or fails with this error. */
const host = (files: Record<string, string>, fails?: AdapterError) => ({
  async readFile(_: object, { path }: { path: string }) {
    if (fails) throw fails
    return files[path] ?? null
  },
})
const read = async (files: Record<string, string>, fails?: AdapterError) => {
  const at = { repository: REPOSITORY, commit: 'c', folder: './deploy/overlays/prod' }
  const found = await readManifests(host(files, fails), at)
  return Array.isArray(found) ? found.map(({ path }) => path) : found
}

test('what a folder builds from is followed through the repository and no further', async () => {
  const files = {
    'deploy/overlays/prod/kustomization.yaml':
      'resources: [../../base, ../../../../outside, "https://x/y.yaml", gone.yaml]',
    'deploy/base/kustomization.yml': 'resources: [deployment.yaml, ../overlays/prod]',
    'deploy/base/deployment.yaml': 'kind: Deployment',
    'deploy/base/unused.yaml': 'kind: Service',
  }
  expect(await read(files)).toEqual([
    'deploy/overlays/prod/kustomization.yaml',
    'deploy/base/kustomization.yml',
    'deploy/base/deployment.yaml',
  ])
})

test('nothing is said of a folder without kustomization, of too large a tree, and of what cannot be read', async () => {
  expect(await read({ 'deploy/overlays/prod/a.yaml': '' })).toBeNull()
  const many = Array.from({ length: 99 }, (_, n) => `f${n}.yaml`)
  const large = { 'deploy/overlays/prod/kustomization.yaml': `resources: [${many.join(', ')}]` }
  const all = Object.fromEntries(many.map((name) => [`deploy/overlays/prod/${name}`, 'a: b']))
  expect(await read({ ...large, ...all })).toBeNull()
  const failed = (retryable: boolean) =>
    new AdapterError({ system: 'github', operation: 'x', reason: 'x', retryable, detail: 'x' })
  expect(await read({}, failed(false))).toBeNull()
  expect(await read({}, failed(true))).toBe('later')
})
