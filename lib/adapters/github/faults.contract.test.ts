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
import type { Fault } from '#sandbox/git-host/faults.ts'

let parts: TestSourceHost

beforeAll(async () => {
  parts = await testSourceHost()
})

beforeEach(() => parts.host.faults())

afterAll(() => parts?.host.close())

const OUTAGES: [string, Fault, object][] = [
  ['is down', { kind: 'down' }, { reason: 'unreachable', status: undefined }],
  ['answers 502', { kind: 'server_error' }, { reason: 'server_error', status: 502 }],
  ['is slow beyond the timeout', { kind: 'slow', milliseconds: 1500 }, { reason: 'timeout' }],
  ['loses its answer', { kind: 'drop_answer' }, { reason: 'unreachable' }],
  ['breaks off in its answer', { kind: 'torn_answer' }, { reason: 'unreachable' }],
]

test.each(OUTAGES)(
  'a host that %s is asked again later, and then nothing is doubled',
  async (_, fault, facts) => {
    const { spec, ref } = parts.fresh()
    await parts.host.faults({ ...fault, method: 'POST', times: 1 })
    const patient = parts.connected({ timeoutMs: 500 })
    const error = await failure(() => patient.ensureRepository(spec))
    expect(error).toMatchObject({ ...facts, retryable: true, operation: 'create repository' })
    expect(failureOf(error, 1)).toMatchObject({ kind: 'wait', seconds: 1, paced: false })
    expect(failureOf(error, 8)).toMatchObject({ kind: 'stop', trouble: { system: 'github' } })
    await parts.host.faults()
    const again = await parts.source.ensureRepository(spec)
    expect(again).toMatchObject({ repository: { name: ref.name } })
    const { body } = await parts.host.api('GET', '/orgs/payments/repos')
    const named = (body as unknown as { name: string }[]).filter(({ name }) => name === ref.name)
    expect(named.length).toBe(1)
  },
)

test.each<[string, Omit<Fault, 'method'>, [least: number, most: number]]>([
  ['403 and none left', { kind: 'rate_limited' }, [1, 3]],
  ['429 and retry-after', { kind: 'secondary_rate_limit', retryAfter: 7 }, [7, 7]],
  ['403 and retry-after', { kind: 'secondary_rate_limit', status: 403, retryAfter: 7 }, [7, 7]],
  ['403 and only words', { kind: 'secondary_rate_limit', status: 403, retryAfter: null }, [60, 60]],
])('a limit told by %s is waited for, however often', async (_, fault, [least, most]) => {
  const { spec } = parts.fresh()
  await parts.host.faults({ ...fault, times: 1 })
  const error = await failure(() => parts.source.ensureRepository(spec))
  expect(error).toMatchObject({ reason: 'rate_limited', retryable: true })
  const waits = [failureOf(error, 1), failureOf(error, 100)]
  for (const wait of waits) {
    expect(wait).toMatchObject({ kind: 'wait', paced: true })
    expect('seconds' in wait && wait.seconds).toBeGreaterThanOrEqual(least)
    expect('seconds' in wait && wait.seconds).toBeLessThanOrEqual(most)
  }
  expect(await parts.source.ensureRepository(spec)).toMatchObject({ outcome: 'created' })
})

test.each<[string, () => Promise<unknown>, object]>([
  [
    'a token that is not valid',
    () => parts.connected({ token: 'wrong' }).ensureRepository(parts.fresh().spec),
    { reason: 'unauthorised', status: 401 },
  ],
  [
    'an organisation that is not there',
    () => parts.source.ensureRepository({ ...parts.fresh().spec, org: 'nobody' }),
    { reason: 'not_found', status: 404 },
  ],
  [
    'a name that the host refuses',
    () => parts.source.ensureRepository({ ...parts.fresh().spec, name: 'a b' }),
    { reason: 'invalid', status: 422 },
  ],
  [
    'a repository that is gone',
    () => parts.source.protectBranch(parts.fresh().ref, 'main'),
    { reason: 'not_found', status: 404 },
  ],
])('%s stops at once, whatever the attempt', async (_, act, facts) => {
  const error = await failure(act)
  expect(error).toMatchObject({ ...facts, retryable: false })
  expect(failureOf(error, 1)).toMatchObject({
    kind: 'stop',
    trouble: { system: 'github', whose: 'ours' },
  })
})

test.each<[string, Fault]>([
  ['the tree', { kind: 'drop_answer', method: 'POST', path: '/git/trees' }],
  ['the commit', { kind: 'drop_answer', method: 'POST', path: '/git/commits' }],
  ['the branch', { kind: 'drop_answer', method: 'PATCH', path: '/git/refs' }],
  ['the look at the branch', { kind: 'down', method: 'GET', path: '/git/ref/', after: 1 }],
])(
  'when the answer about %s is lost, a repeat makes one commit and tells of one push',
  async (_, fault) => {
    const { ref, at } = await parts.created()
    const config = { url: parts.host.hookUrl, secret: 'shared', content_type: 'json' }
    await parts.host.api('POST', `${at}/hooks`, { config, events: ['push'] })
    const before = await parts.headOf(at)
    await parts.host.faults({ ...fault, times: 1 })
    expect(await failure(() => parts.source.pushScaffold(ref, COMMIT))).toMatchObject({
      reason: 'unreachable',
    })
    await parts.host.faults()
    expect(await parts.source.pushScaffold(ref, COMMIT)).toMatchObject({ sha: IDS.commit })
    expect(await parts.source.pushScaffold(ref, COMMIT)).toEqual({
      outcome: 'already',
      sha: IDS.commit,
    })
    expect(await parts.headOf(at)).toBe(IDS.commit)
    const pushes = () =>
      parts.host.delivered.filter(
        ({ event, body }) =>
          event === 'push' && (body.repository as { name: string }).name === ref.name,
      )
    await expect.poll(pushes).toHaveLength(1)
    expect(pushes()[0]?.body).toMatchObject({ before, after: IDS.commit })
  },
)

test.each<[string, Fault, moved: boolean]>([
  ['write tree', { kind: 'lies', method: 'POST', path: '/git/trees' }, false],
  ['write commit', { kind: 'lies', method: 'POST', path: '/git/commits' }, false],
  ['move branch', { kind: 'lies', method: 'PATCH', path: '/git/refs' }, true],
  ['move branch', { kind: 'lies', method: 'GET', path: '/git/ref/', after: 1 }, true],
])(
  'a host that lies at “%s” is not believed, and not asked again',
  async (operation, fault, moved) => {
    const { ref, at } = await parts.created()
    const before = await parts.headOf(at)
    await parts.host.faults(fault)
    const error = await failure(() => parts.source.pushScaffold(ref, COMMIT))
    expect(error).toMatchObject({ operation, reason: 'untrusted_answer', retryable: false })
    expect(failureOf(error, 1)).toMatchObject({
      kind: 'stop',
      trouble: {
        code: 'untrusted_answer',
        detail: expect.stringContaining('the Git host answered with other bytes than we sent'),
      },
    })
    await parts.host.faults()
    expect(await parts.headOf(at)).toBe(moved ? IDS.commit : before)
  },
)

test('a host that says the branch moved and does not show it is asked again', async () => {
  const { ref, at } = await parts.created()
  const old = await parts.host.api('GET', `${at}/git/ref/heads/main`)
  const stale = await inFront(parts.host, (request) =>
    request.method === 'GET' && request.url?.includes('/git/ref/')
      ? { status: 200, body: old.body }
      : undefined,
  )
  const error = await failure(() =>
    parts.connected({ apiUrl: stale.url }).pushScaffold(ref, COMMIT),
  )
  stale.close()
  expect(error).toMatchObject({ operation: 'move branch', reason: 'conflict', retryable: true })
})

test('a redirect is followed within the API, and nowhere else', async () => {
  const { ref, at } = await parts.created()
  const to = (location: string) =>
    inFront(parts.host, ({ url }) =>
      url?.startsWith('/repos/payments/renamed/') ? { status: 307, location } : undefined,
    )
  const renamed = { org: 'payments', name: 'renamed' }
  const within = await to(`${at}/compare/main...main`)
  expect(await parts.connected({ apiUrl: within.url }).compare(renamed, 'main', 'main')).toBe(
    'identical',
  )
  within.close()
  const elsewhere = await to(`${parts.host.url}${at}/compare/main...main`)
  const error = await failure(() =>
    parts.connected({ apiUrl: elsewhere.url }).compare(renamed, 'main', 'main'),
  )
  elsewhere.close()
  expect(error).toMatchObject({ reason: 'forbidden', retryable: false })
  expect(await parts.source.compare(ref, 'main', 'nothing-there')).toBe('unknown')
})

test('a host that makes a repository with another homepage than ours is not believed', async () => {
  await parts.host.faults({ kind: 'lies', method: 'POST', path: '/orgs/' })
  expect(await failure(() => parts.source.ensureRepository(parts.fresh().spec))).toMatchObject({
    reason: 'untrusted_answer',
    retryable: false,
  })
})
