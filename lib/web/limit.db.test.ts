import { createHmac } from 'node:crypto'
import { NextRequest } from 'next/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Transaction } from '#lib/db/client.ts'
import { hookKey } from '#lib/hash.ts'
import { LIMITS, type LimitName } from '#lib/limits/limits.ts'
import { countHit, forgetWindows } from '#lib/limits/store.ts'
import { ok } from '#lib/result.ts'
import { registry } from '#lib/runtime/metrics.ts'
import { type TestOrganisation, testOrganisation, WEBHOOK_KEY } from '#lib/testing/organisation.ts'
import { posted } from '#lib/testing/posted.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import { action, performances } from './action.ts'
import { boundedRequest } from './auth-request.ts'
import { answerFluxHook } from './flux-hook.ts'
import { addressOf, overLimit } from './limit.ts'
import { answerScim } from './scim.ts'

let organisation: TestOrganisation

beforeAll(async () => {
  organisation = await testOrganisation()
  webProcessOf(organisation)
})
afterAll(() => organisation?.close())

function inDatabase<T>(body: (tx: Transaction) => Promise<T>): Promise<T> {
  return organisation.platform.db.inContext({ actor: 'sys:web', tenants: [] }, body)
}

/** Uses up what is left of a limit, in this window and the next: a test may run over the edge. */
async function useUp(limit: LimitName, who: string): Promise<void> {
  const { hits, seconds } = LIMITS[limit]
  await inDatabase(
    (tx) => tx.$executeRaw`
      insert into rate_window (key, window_start, hits)
      select ${`${limit}:${who}`}, to_timestamp((floor(extract(epoch from clock_timestamp()) / ${seconds}::int) + n) * ${seconds}::int), ${hits}::int from generate_series(0, 1) n
      on conflict (key, window_start) do update set hits = excluded.hits`,
  )
}

function count(limit: LimitName, who: string): Promise<number | null> {
  return inDatabase((tx) => countHit(tx, limit, who))
}

test('hits at the same time are all counted: just those over the limit are refused', async () => {
  await inDatabase(
    (tx) =>
      // The window is a minute: what is counted near its end would be split over two.
      tx.$executeRaw`select pg_sleep(case when extract(second from clock_timestamp()) > 50 then 60.1 - extract(second from clock_timestamp()) else 0 end)`,
  )
  const { hits } = LIMITS.unproven
  const waits = await Promise.all(
    Array.from({ length: hits + 15 }, () => count('unproven', 'race')),
  )
  const refused = waits.filter((wait) => wait !== null)
  expect(refused).toHaveLength(15)
  expect(refused.every((wait) => wait >= 1 && wait <= LIMITS.unproven.seconds)).toBe(true)
  expect(await count('unproven', 'somebody else')).toBeNull()
})

test('a new window begins anew, and windows that are over are forgotten', async () => {
  await inDatabase(
    (tx) => tx.$executeRaw`
      insert into rate_window (key, window_start, hits) values ('acts:old', now() - interval '2 hours', 1000000), ('acts:old', now() - interval '2 minutes', 1000000)`,
  )
  expect(await count('acts', 'old')).toBeNull()
  expect(await inDatabase(forgetWindows)).toBe(1)
})

test('the last entry of X-Forwarded-For counts: what a client puts before it is not believed', () => {
  const from = (header?: string) =>
    addressOf(
      new Request('http://localhost/', { headers: header ? { 'x-forwarded-for': header } : {} }),
    )
  expect(from('1.1.1.1, 10.0.0.7')).toBe('10.0.0.7')
  expect(from('2.2.2.2, 10.0.0.7')).toBe('10.0.0.7')
  expect(from('2001:db8::1')).toBe('2001:db8::1')
  expect([from(), from(`x${'1'.repeat(5000)}`)]).toEqual(['unknown', 'unknown'])
})

test('a flood costs no row of the database after its first refusal, and each refusal is metered', async () => {
  await useUp('unproven', '10.0.0.8')
  const metered = async () =>
    Number(
      /stairway_limited_total\{limit="unproven"\} (\d+)/.exec(await registry.metrics())?.[1] ?? 0,
    )
  const before = await metered()
  const waits = await Promise.all([1, 2, 3].map(() => overLimit('unproven', '10.0.0.8')))
  const later = await overLimit('unproven', '10.0.0.8', {
    ...organisation.platform.db,
    inContext: () => Promise.reject(new Error('the database was asked')),
  })
  expect([...waits, later].every((wait) => wait !== null && wait >= 1)).toBe(true)
  expect((await metered()) - before).toBe(4)
})

async function tooMany(answer: Response): Promise<void> {
  expect(answer.status).toBe(429)
  const wait = Number(answer.headers.get('retry-after'))
  expect(wait).toBeGreaterThanOrEqual(1)
  expect(wait).toBeLessThanOrEqual(60)
}

test('an act of a person is refused with the seconds until it is possible again; nobody else’s is', async () => {
  const [ada, chen] = [
    await organisation.viewer('ada.okafor'),
    await organisation.viewer('chen.wei'),
  ]
  let done = 0
  const act = action(z.strictObject({}), 'self', async () => ok(++done))
  const perform = performances.get(act)
  await useUp('acts', ada.id)
  const answer = await perform?.(organisation.platform, ada, {})
  if (answer?.ok !== false) throw new Error('it was let through')
  expect(answer.error).toEqual({ code: 'too_many', seconds: expect.any(Number) })
  expect(done).toBe(0)
  expect(await perform?.(organisation.platform, chen, {})).toEqual(ok(1))
})

test('sign-ins of one address are bounded, before next-auth is asked; its other routes are not', async () => {
  const request = () =>
    new NextRequest('http://localhost/api/auth/signin/oidc', {
      method: 'POST',
      headers: { 'x-forwarded-for': '10.0.0.9' },
    })
  expect(await boundedRequest(request(), 'signin')).toBeInstanceOf(NextRequest)
  await useUp('sign_in', '10.0.0.9')
  const answer = await boundedRequest(request(), 'signin')
  if (!(answer instanceof Response)) throw new Error('it was let through')
  await tooMany(answer)
  expect(await answer.json()).toMatchObject({ url: 'http://localhost:3000/sign-in?error=TooMany' })
  expect(await boundedRequest(request(), 'session')).toBeInstanceOf(NextRequest)
})

const asked = (token: string) =>
  answerScim(
    new Request('http://localhost:3000/api/scim/v2/Users', {
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': '10.0.0.10' },
    }),
    'Users',
  )

test('a directory is bounded by itself; wrong tokens of an address do not shut it out', async () => {
  await useUp('unproven', '10.0.0.10')
  await tooMany(await asked('wrong'))
  expect((await asked('scim')).status).toBe(200)
  const [directory] = await inDatabase((tx) => tx.directory.findMany())
  await useUp('scim', directory?.id ?? '')
  const answer = await asked('scim')
  await tooMany(answer)
  expect(answer.headers.get('content-type')).toBe('application/scim+json')
  expect(await answer.json()).toMatchObject({ status: '429' })
})

test('events of a cluster are bounded; wrong signatures count against their address, not against the cluster', async () => {
  const { id: cluster } = await organisation.owner.inContext(
    { actor: 'sys:test', tenants: [] },
    (tx) => tx.cluster.findFirstOrThrow({ select: { id: true } }),
  )
  const from = { clusterId: cluster, tenantId: 'ten_x' }
  const key = hookKey(WEBHOOK_KEY, { cluster, tenant: 'ten_x', generation: 1 })
  const send = (signature: string) =>
    answerFluxHook(
      posted('http://localhost/', '{}', {
        'x-signature': signature,
        'x-forwarded-for': '10.0.0.11',
      }),
      from,
    )
  const right = `sha256=${createHmac('sha256', key).update('{}').digest('hex')}`
  expect([(await send('sha256=00')).status, (await send(right)).status]).toEqual([401, 400])
  await useUp('unproven', '10.0.0.11')
  await tooMany(await send('sha256=00'))
  expect((await send(right)).status).toBe(400)
  await useUp('hooks', `${cluster}/ten_x`)
  await tooMany(await send(right))
})
