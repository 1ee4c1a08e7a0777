import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { canonicalJson } from '#lib/canonical.ts'
import { readHeads, sealFaults } from '#lib/evidence/kept-heads.ts'
import { signHeads } from '#lib/onboarding/evidence/sign-heads.ts'
import { type ExportGround, exportGround } from '#lib/testing/audit-export.ts'
import { declared } from '#lib/web/route.ts'

let ground: ExportGround
let sealed = 0
const holder = globalThis as typeof globalThis & {
  stairwayPlatform?: ExportGround['organisation']['platform']
}

beforeAll(async () => {
  ground = await exportGround()
  holder.stairwayPlatform = ground.organisation.platform
  await ground.append('payments', 1200)
  sealed = await ground.headOf('payments')
  await signHeads(ground.platform)
  await ground.append('payments', 3)
})
afterAll(() => ground?.close())

async function take(
  who: string,
  query: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; lines: string[] }> {
  const { GET } = await import('./route.ts')
  const answer = await declared.get(GET)?.handler({
    request: new Request(`http://localhost:3000/audit/chain?${query}`, { headers }),
    params: {},
    viewer: await ground.organisation.viewer(who),
    requestId: 'r',
  })
  const text = (await answer?.text()) ?? ''
  return { status: answer?.status ?? 0, lines: text.split('\n').filter((line) => line !== '') }
}

type Line = Record<string, unknown> & { seq: number; hash: string; prev: string }
const eventsOf = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line) as Line).filter(({ seq }) => seq !== undefined)

test('a chain that is taken away can be verified without us: every hash, every link, and the end that was signed', async () => {
  const { status, lines } = await take('iris.novak', `tenant=payments&to=${sealed - 5}`)
  expect(status).toBe(200)
  const events = eventsOf(lines)
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: sealed }, (_, n) => n + 1))
  for (const [place, event] of events.entries()) {
    const { action, actor, at, payload, prev, seq, subject, tenant, v } = event
    const bytes = canonicalJson({ action, actor, at, payload, prev, seq, subject, tenant, v })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(event.hash)
    if (place > 0) expect(prev).toBe(events[place - 1]?.hash)
  }
  const { heads, unreadable } = readHeads(lines.join('\n'))
  expect(unreadable).toBe(0)
  const [end] = heads.filter((head) => head.signed)
  expect(end).toMatchObject({ seq: sealed, hash: events.at(-1)?.hash })
  expect(sealFaults(end ? [end] : [], [ground.platform.signer.publicKey])).toEqual([])
})

test('a span by days or numbers; what nobody signed yet is in it too; it stands in the chain that it was taken', async () => {
  const span = await take('iris.novak', `tenant=payments&from=${sealed}&to=${sealed + 2}`)
  expect(eventsOf(span.lines).map(({ seq }) => seq)).toEqual([sealed, sealed + 1, sealed + 2])
  const today = new Date().toISOString().slice(0, 10)
  const whole = await take('iris.novak', `tenant=payments&from=2020-01-01&to=${today}&format=cef`)
  expect(whole.lines.every((line) => line.startsWith('CEF:0|'))).toBe(true)
  const rows = await ground.sql<{ body: string }>(
    `select b.body from audit_event e join audit_payload b using (tenant_id, seq) where e.action = 'chain.exported' and e.tenant_id = $1 order by e.seq desc limit 1`,
    [await ground.tenant('payments')],
  )
  expect(JSON.parse(rows[0]?.body ?? '')).toMatchObject({ format: 'cef', from: 1 })
})

test.each([
  ['tenant=nobody', 404],
  ['tenant=payments&from=2999-01-01', 404],
  ['tenant=payments&to=2001-01-01', 404],
  ['tenant=payments&from=yesterday', 400],
  ['tenant=payments&format=xml', 400],
  ['', 400],
])('%s is refused with %i', async (query, status) => {
  expect((await take('iris.novak', query)).status).toBe(status)
})

test('an owner takes the chain of their own tenant, and no other', async () => {
  const owner = await ground.sql<{ user_name: string }>(
    `select p.user_name from membership m join person p on p.id = m.principal_id join tenant t on t.id = m.tenant_id where m.role = 'owner' and t.slug = 'payments' limit 1`,
  )
  const who = owner[0]?.user_name ?? 'ben.carter'
  expect((await take(who, 'tenant=payments&format=ocsf')).status).toBe(200)
  expect((await take(who, 'tenant=lending')).status).toBe(404)
})

test('a page of another site has nobody take a span, and the chain says nothing of it', async () => {
  const events = () => ground.headOf('payments')
  const before = await events()
  for (const [site, status] of [
    ['cross-site', 403],
    ['same-origin', 200],
    ['none', 200],
  ] as const)
    expect(await take('iris.novak', 'tenant=payments', { 'sec-fetch-site': site })).toMatchObject({
      status,
    })
  expect(await events()).toBe(before + 2)
})
