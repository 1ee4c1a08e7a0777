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
