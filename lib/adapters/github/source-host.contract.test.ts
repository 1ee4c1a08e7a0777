import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { failureOf } from '#lib/onboarding/failure-of.ts'
import {
  COMMIT,
  failure,
  IDS,
  inFront,
  type TestSourceHost,
  testSourceHost,
} from '#lib/testing/source-host.ts'

let parts: TestSourceHost

beforeAll(async () => {
  parts = await testSourceHost()
})

beforeEach(() => parts.host.faults())

afterAll(() => parts?.host.close())

test('a repository of another change is left alone, also where the change’s number is the same', async () => {
  const { spec, at } = await parts.created()
  const foreign = { ...spec, marker: `${spec.marker}-of-another-time` }
  expect(await parts.source.ensureRepository(foreign)).toMatchObject({ outcome: 'taken' })
  expect((await parts.host.api('GET', at)).body.homepage).toBe(spec.marker)
  expect(await parts.source.ensureRepository(spec)).toMatchObject({ outcome: 'existed' })
})

test('a repository is found by its name, a name that only leads on to another is free, and an outage is no answer', async () => {
  const { ref, at } = await parts.created()
  const { repositoryExists } = parts.source
  expect(await repositoryExists(ref)).toBe(true)
  expect(await repositoryExists({ ...ref, name: `${ref.name}-not` })).toBe(false)
  const renamed = await inFront(parts.host, ({ url }) =>
    url?.endsWith('/former') ? { status: 301, location: at } : undefined,
  )
  const there = parts.connected({ apiUrl: renamed.url })
  expect(await there.repositoryExists({ ...ref, name: 'former' })).toBe(false)
  renamed.close()
  const down = await inFront(parts.host, () => ({ status: 503, body: {} }))
  const error = await failure(() => parts.connected({ apiUrl: down.url }).repositoryExists(ref))
  down.close()
  expect(error).toMatchObject({ reason: 'server_error', retryable: true })
})

test('what the host refuses for another reason than the name is told as it said it', async () => {
  const { spec } = parts.fresh()
  const strict = await inFront(parts.host, ({ method }) =>
    method === 'POST'
      ? { status: 422, body: { message: 'Repository creation failed.' } }
      : undefined,
  )
  const error = await failure(() => parts.connected({ apiUrl: strict.url }).ensureRepository(spec))
  strict.close()
  expect(error).toMatchObject({ reason: 'invalid', detail: 'Repository creation failed.' })
})

test('a read token is taken away once, and nobody reads with it any more; a token that all clusters share stays', async () => {
  const { ref } = await parts.created()
  const clone = (password: string) =>
    fetch(`${parts.host.url}/${ref.org}/${ref.name}.git/info/refs?service=git-upload-pack`, {
      headers: { authorization: `Basic ${Buffer.from(`flux:${password}`).toString('base64')}` },
    })
  const one = await parts.source.readAccess(ref, 'clu_1/ns')
  const other = await parts.source.readAccess(ref, 'clu_2/ns')
  expect(await parts.source.revokeReadAccess(ref, 'clu_1/ns')).toBe('revoked')
  expect(await parts.source.revokeReadAccess(ref, 'clu_1/ns')).toBe('absent')
  expect((await clone(one.password)).status).toBe(401)
  expect((await clone(other.password)).status).toBe(200)
  const shared = parts.connected({ readToken: 'everywhere' })
  expect(await shared.revokeReadAccess(ref, 'clu_2/ns')).toBe('shared')
  expect((await clone(other.password)).status).toBe(200)
})

test('ours is archived once and takes no write any more, by API nor by git; a foreign one is left alone', async () => {
  const { ref, spec, at } = await parts.created()
  const isOurs = (marker: string) => marker === spec.marker
  expect(await parts.source.archiveRepository(ref, () => false)).toBe('foreign')
  expect((await parts.host.api('GET', at)).body.archived).toBe(false)
  expect(await parts.source.archiveRepository(ref, isOurs)).toBe('archived')
  expect(await parts.source.archiveRepository(ref, isOurs)).toBe('already')
  expect(await parts.source.archiveRepository({ ...ref, name: 'no-such' }, isOurs)).toBe('absent')
  expect(await failure(() => parts.source.pushScaffold(ref, COMMIT))).toMatchObject({
    reason: 'forbidden',
    retryable: false,
    detail: 'Repository was archived so is read-only.',
  })
  const push = await fetch(
    `${parts.host.url}/${ref.org}/${ref.name}.git/info/refs?service=git-receive-pack`,
    { headers: { authorization: `Basic ${Buffer.from('stairway:token').toString('base64')}` } },
  )
  expect(push.status).toBe(403)
  expect(await parts.source.compare(ref, 'main', 'main')).toBe('identical')
})

test('what lies between two commits is counted, and a commit that is not known is told', async () => {
  const { ref, at } = await parts.created()
  const first = await parts.headOf(at)
  const files = { 'README.md': 'theirs', 'more.txt': 'more' }
  const second = await parts.commitOn(at, { parents: [first], files })
  expect(await parts.source.between(ref, first, 'main')).toMatchObject({
    ...{ standing: 'ahead', ahead: 1, behind: 0 },
  })
  expect((await parts.source.between(ref, first, second))?.files).toBeGreaterThan(1)
  expect(await parts.source.between(ref, second, first)).toMatchObject({
    ...{ standing: 'behind', ahead: 0, behind: 1 },
  })
  expect(await parts.source.between(ref, 'f'.repeat(40), 'main')).toBeNull()
})

test('a branch that shows somebody’s history is never forced', async () => {
  const onTop = await parts.created()
  const grown = await parts.commitOn(onTop.at, {
    parents: [await parts.headOf(onTop.at)],
    files: { 'README.md': 'theirs' },
  })
  const root = await parts.created()
  const replaced = await parts.commitOn(root.at, { parents: [], files: { 'main.ts': 'theirs' } })
  expect(await parts.source.pushScaffold(onTop.ref, COMMIT)).toEqual({
    outcome: 'taken',
    head: grown,
  })
  expect(await parts.source.pushScaffold(root.ref, COMMIT)).toEqual({
    outcome: 'taken',
    head: replaced,
  })
  expect([await parts.headOf(onTop.at), await parts.headOf(root.at)]).toEqual([grown, replaced])
})

test('what teams put on top of our commit stays', async () => {
  const { ref, at } = await parts.created()
  expect(await parts.source.pushScaffold(ref, COMMIT)).toEqual({
    outcome: 'pushed',
    sha: IDS.commit,
  })
  const theirs = await parts.commitOn(at, {
    parents: [IDS.commit],
    files: { 'README.md': 'grown' },
  })
  expect(await parts.source.pushScaffold(ref, COMMIT)).toEqual({
    outcome: 'already',
    sha: IDS.commit,
  })
  expect(await parts.headOf(at)).toBe(theirs)
})

test('a scaffold waits for the pace as a whole, and nothing of it is there before', async () => {
  const { ref, at } = await parts.created()
  const before = await parts.headOf(at)
  const slow = parts.connected({ writesPerMinute: 4 })
  await slow.protectBranch(ref, 'main')
  await slow.protectBranch(ref, 'main')
  const error = await failure(() => slow.pushScaffold(ref, COMMIT))
  expect(error).toMatchObject({ reason: 'rate_limited', retryable: true })
  expect(failureOf(error, 1)).toMatchObject({ kind: 'wait', paced: true })
  expect((await parts.host.api('GET', `${at}/git/trees/${IDS.tree}`)).status).toBe(404)
  expect(await parts.headOf(at)).toBe(before)
})

test('a cluster reads by a token of its own where the host gives one, else by the one of the configuration', async () => {
  const { ref } = await parts.created()
  const [one, two] = [
    await parts.source.readAccess(ref, 'clu_1/ns'),
    await parts.source.readAccess(ref, 'clu_2/ns'),
  ]
  expect(one.password).not.toBe(two.password)
  expect(await parts.source.readAccess(ref, 'clu_1/ns')).toEqual(one)
  await parts.host.faults({ kind: 'not_found', method: 'PUT', path: '/read-tokens/' })
  const error = await failure(() => parts.source.readAccess(ref, 'clu_1/ns'))
  expect(error).toMatchObject({ reason: 'not_supported', retryable: false })
  expect(error.detail).toContain('GITHUB_READ_TOKEN')
  expect(await failure(() => parts.source.readAccess(parts.fresh().ref, 'clu_1/ns'))).toMatchObject(
    {
      reason: 'not_found',
    },
  )
  const configured = parts.connected({ readToken: 'read-only' })
  expect(await configured.readAccess(ref, 'clu_1/ns')).toEqual({
    username: 'x-access-token',
    password: 'read-only',
  })
})
