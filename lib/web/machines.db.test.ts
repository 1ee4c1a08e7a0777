import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { insertRebuild } from '#lib/fleet/rebuild-store.ts'
import { hookKey } from '#lib/hash.ts'
import { type TestOrganisation, testOrganisation, WEBHOOK_KEY } from '#lib/testing/organisation.ts'
import { endlessBody, posted } from '#lib/testing/posted.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import { answerFluxHook } from './flux-hook.ts'
import { route } from './route.ts'
import { answerScim } from './scim.ts'

let organisation: TestOrganisation
let failures: unknown[]
let cluster: string
let tenant: string

beforeAll(async () => {
  organisation = await testOrganisation()
  failures = webProcessOf(organisation).failures
  const [row] = await rows<{ cluster: string; tenant: string }>(
    `select (select id from cluster where name = 'dev-eu-1') as cluster, (select id from tenant where slug = 'payments') as tenant`,
  )
  cluster = row?.cluster ?? ''
  tenant = row?.tenant ?? ''
})
afterEach(() => expect(failures.splice(0)).toEqual([]))
afterAll(() => organisation?.close())

function rows<T>(sql: string): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(sql),
  )
}

async function events(): Promise<number> {
  const [row] = await rows<{ n: number }>('select count(*)::int as n from flux_event')
  return row?.n ?? 0
}

const hook = route('signature', ({ request, params }) =>
  answerFluxHook(request, { clusterId: params.cluster ?? '', tenantId: params.tenant ?? '' }),
)
const scim = route('directory', ({ request, params }) => answerScim(request, params.path ?? ''))

function signature(body: string, { of = tenant, generation = 1 } = {}): string {
  const key = hookKey(WEBHOOK_KEY, { cluster, tenant: of, generation })
  return `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
}

function delivered(body: BodyInit, headers: Record<string, string>): Promise<Response> {
  const url = `http://localhost:3000/api/hooks/flux/v1/${cluster}/${tenant}`
  return hook(posted(url, body, headers), {
    params: Promise.resolve({ cluster, tenant }),
  })
}

function anEvent(more: object = {}): string {
  return JSON.stringify({
    involvedObject: { kind: 'Kustomization', namespace: 'pay-x-dev', name: 'x' },
    severity: 'info',
    timestamp: new Date().toISOString(),
    message: 'Reconciliation finished',
    reason: 'ReconciliationSucceeded',
    reportingController: 'kustomize-controller',
    ...more,
  })
}

test('a signed event is kept once, however often it is delivered', async () => {
  const body = anEvent()
  const before = await events()
  const send = () => delivered(body, { 'x-signature': signature(body) })
  expect([(await send()).status, (await send()).status]).toEqual([202, 200])
  expect(await events()).toBe(before + 1)
})

test.each([
  ['no JSON', '{"involvedObject":', 400],
  ['nothing at all', '', 400],
  ['no event', '{"a":1}', 400],
  ['a list', '[]', 400],
  ['a NUL in its message', anEvent({ message: 'a\0b' }), 400],
  ['half of a pair in its reason', anEvent({ reason: 'a\ud83d' }), 400],
  ['the time of the year before', anEvent({ timestamp: '2020-01-01T00:00:00Z' }), 422],
])('a signed body with %s is refused and not kept', async (_, body, status) => {
  const before = await events()
  expect((await delivered(body, { 'x-signature': signature(body) })).status).toBe(status)
  expect(await events()).toBe(before)
})

test.each([
  ['of another tenant', () => signature(anEvent(), { of: 'ten_another' })],
  ['over other bytes', () => signature('{}')],
  ['of no algorithm that is known', () => 'md5=00'],
])('a signature %s is refused', async (_, header) => {
  const before = await events()
  expect((await delivered(anEvent(), { 'x-signature': header() })).status).toBe(401)
  expect(await events()).toBe(before)
})

test('what is not signed is not even read', async () => {
  const { body, sent } = endlessBody()
  expect((await delivered(body, {})).status).toBe(401)
  expect(sent()).toBe(0)
})

test('what is declared too large is not read; what turns out so is left off there', async () => {
  const headers = { 'x-signature': signature('') }
  const declared = endlessBody()
  const large = await delivered(declared.body, { ...headers, 'content-length': '9000000' })
  expect([large.status, declared.sent()]).toEqual([413, 0])
  const undeclared = endlessBody()
  expect((await delivered(undeclared.body, headers)).status).toBe(413)
  expect(undeclared.sent()).toBeLessThan(200 * 1024)
})

function pushed(body: BodyInit, headers: Record<string, string>): Promise<Response> {
  const url = 'http://localhost:3000/api/scim/v2/Users'
  return scim(posted(url, body, headers), {
    params: Promise.resolve({ path: ['Users'] }),
  })
}

test('a directory’s body is bounded alike, and read only behind a valid token', async () => {
  const headers = { authorization: 'Bearer scim' }
  const declared = endlessBody()
  const large = await pushed(declared.body, { ...headers, 'content-length': '1048577' })
  expect([large.status, declared.sent()]).toEqual([413, 0])
  const undeclared = endlessBody()
  expect((await pushed(undeclared.body, headers)).status).toBe(413)
  expect(undeclared.sent()).toBeLessThan(1_200_000)
  const stranger = endlessBody()
  expect((await pushed(stranger.body, {})).status).toBe(401)
  expect(stranger.sent()).toBe(0)
  const broken = await pushed('{"userName":', headers)
  expect(await broken.json()).toMatchObject({ status: '400', scimType: 'invalidSyntax' })
})

test('a rebuild issues the keys anew: what was signed with those before counts no more', async () => {
  await organisation.owner.inContext({ actor: 'sys:worker', tenants: [] }, async (tx) => {
    await tx.$executeRaw`update cluster set identity_uid = 'first-uid', state = 'active' where id = ${cluster}`
    const found = { clusterId: cluster, cause: 'identity', uid: 'second-uid' } as const
    await insertRebuild(tx, found)
  })
  const body = anEvent({ reason: 'SignedAfter' })
  const send = (generation: number) =>
    delivered(body, { 'x-signature': signature(body, { generation }) })
  expect([(await send(1)).status, (await send(2)).status]).toEqual([401, 202])
})
