import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceRun } from '../advance-run.ts'
import { decideChange } from '../decide-change.ts'
import { requestService } from '../request-service.ts'
import type { AskedChange } from '../seal-change.ts'
import { startChange } from '../start-change.ts'
import { suspendStandards } from '../suspend-standards.ts'
import type { StandardDraft } from './edit-standard.schema.ts'
import { previewStandard, proposeStandard } from './propose-standard.ts'

let at: TestChanges
let hugo: Viewer
const NAME = 'New service in development'

beforeAll(async () => {
  at = await testChanges()
  hugo = await at.organisation.viewer('hugo.meyer')
})
afterAll(() => at.close())

async function draftOf(differs: Partial<StandardDraft> = {}): Promise<StandardDraft> {
  const [row] = await at.rows<{ id: string; bounds: StandardDraft['bounds'] }>(
    'select id, bounds from standard_template where name = $1',
    NAME,
  )
  if (!row) throw new Error('no standard')
  const until = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10)
  const there = { standardId: row.id, name: NAME, bounds: row.bounds, owner: 'payments-core' }
  return { ...there, until, ends: false, ...differs }
}

async function proposed(draft: StandardDraft, by = at.viewers.grace) {
  const { platform } = at.organisation
  const seen = await previewStandard(platform, by, { draft })
  if (!seen.ok) return seen
  return proposeStandard(platform, by, { draft, reason: 'because', planHash: seen.value.planHash })
}

async function asked(draft: StandardDraft): Promise<AskedChange> {
  const answer = await proposed(draft)
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

const approve = (viewer: Viewer, { changeId, planHash }: AskedChange) =>
  decideChange(at.organisation.platform, viewer, {
    ...{ changeId, planHash, verdict: 'approve', comment: '' },
  })

async function inForce(change: AskedChange): Promise<string | undefined> {
  expect(await approve(hugo, change)).toMatchObject({ ok: true })
  await startChange(at.worker, change.changeId)
  const [run] = await at.rows<{ id: string }>(
    'select id from run where change_id = $1',
    change.changeId,
  )
  if (run) await advanceRun(at.worker, run.id)
  const [row] = await at.rows<{ state: string }>(
    'select state from change where id = $1',
    change.changeId,
  )
  return row?.state
}

async function typeOf(name: string, differs: Parameters<typeof aRequest>[1] = {}) {
  const targets = [{ environment: 'dev', cluster: 'dev-eu-1' }]
  const answer = await requestService(at.organisation.platform, at.viewers.ada, {
    request: aRequest(name, { targets, ...differs }),
  })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 400))
  return answer.value
}

const standard = async () =>
  (
    await at.rows<{ state: string; why: string | null; version: number }>(
      'select state, suspended_why as why, version from standard_template where name = $1',
      NAME,
    )
  )[0]

test('narrower bounds are previewed with the requests that people would be asked about, and hold once another administrator agreed', async () => {
  const before = await typeOf('std-before', { size: 'small' })
  expect(before.type).toBe('standard')
  const { bounds } = await draftOf()
  const draft = await draftOf({ bounds: { ...bounds, tenants: ['lending'] } })
  const seen = await previewStandard(at.organisation.platform, at.viewers.grace, { draft })
  expect(seen).toMatchObject({
    ok: true,
    value: {
      ...{ loosened: [], unfillable: [], stages: ['Second administrator'] },
      replay: {
        looked: 1,
        opened: 0,
        differ: [{ number: before.number, before: NAME, after: null }],
      },
    },
  })
  const change = await asked(draft)
  expect((await approve(at.viewers.grace, change)).ok).toBe(false)
  expect((await typeOf('std-meanwhile')).type).toBe('standard')
  expect(await inForce(change)).toBe('closed')
  expect((await typeOf('std-after')).type).toBe('normal')
  const [told] = await at.rows<{ body: string }>(
    `select b.body from audit_event e join audit_payload b using (tenant_id, seq) where e.action = 'policy.activated' and e.subject = $1`,
    change.changeId,
  )
  expect(told?.body).toContain(NAME)
})

test('wider bounds say what they let through, and weigh as risk', async () => {
  const { bounds } = await draftOf()
  const { tenants: _, ...every } = bounds
  const draft = await draftOf({ bounds: { ...every, dataClassAtMost: 2 } })
  const seen = await previewStandard(at.organisation.platform, at.viewers.grace, { draft })
  expect(seen).toMatchObject({
    ok: true,
    value: {
      loosened: ['covers every tenant', 'covers a higher class of data'],
      replay: { opened: 3 },
    },
  })
  expect(await inForce(await asked(draft))).toBe('closed')
  expect((await typeOf('std-wider')).type).toBe('standard')
})

test.each<[string, Partial<StandardDraft>, string]>([
  ['more than a year', { until: '2090-01-01' }, 'standard_until'],
  ['a day that is over', { until: '2020-01-01' }, 'standard_until'],
  ['an owner that is not there', { owner: 'nobody' }, 'standard_owner_unknown'],
  ['one that is not there', { standardId: 'std_x' }, 'policy_not_found'],
  ['a name that is taken', { standardId: null }, 'policy_name_taken'],
])('%s is refused', async (_, differs, code) => {
  expect(await proposed(await draftOf(differs))).toMatchObject({ ok: false, error: { code } })
})

test('of two edits that wait, the second is refused; the same text is none', async () => {
  const { bounds } = await draftOf()
  const first = await asked(await draftOf({ bounds: { ...bounds, targetsAtMost: 2 } }))
  expect(await proposed(await draftOf({ bounds: { ...bounds, targetsAtMost: 1 } }))).toMatchObject({
    error: { code: 'policy_asked_already' },
  })
  expect(await inForce(first)).toBe('closed')
  expect(await proposed(await draftOf())).toMatchObject({ error: { code: 'policy_unchanged' } })
})

/** Changes of the standard that have ended, by the database’s own hand: how they went is what is looked at. */
async function went(...codes: string[]): Promise<void> {
  for (const [place, code] of codes.entries()) {
    const { changeId } = await typeOf(`std-${place}-${Math.random().toString(36).slice(2, 8)}`)
    await at.rows(
      `update change set state = $2, close_code = $3 where id = $1`,
      changeId,
      code === 'failed' ? 'failed' : 'closed',
      code === 'failed' ? null : code,
    )
  }
}

test('three of the last ten that did not succeed suspend it, once, with a notice; an edit made before goes back', async () => {
  await went('successful', 'unsuccessful', 'failed')
  await suspendStandards(at.worker)
  expect(await standard()).toMatchObject({ state: 'active' })
  const { bounds } = await draftOf()
  const waiting = await asked(await draftOf({ bounds: { ...bounds, targetsAtMost: 1 } }))
  await went('unsuccessful')
  await Promise.all([suspendStandards(at.worker), suspendStandards(at.worker)])
  const suspended = await standard()
  expect(suspended).toMatchObject({
    state: 'suspended',
    why: expect.stringMatching(/^3 of its last \d+ changes did not succeed$/),
  })
  expect((await typeOf('std-suspended')).type).toBe('normal')
  const events = await at.rows(`select from audit_event where action = 'standard.suspended'`)
  expect(events).toHaveLength(1)
  const notices = await at.rows<{ name: string }>(
    `select p.user_name as name from notice n join person p on p.id = n.person_id where n.event like 'standard.suspended%' order by 1`,
  )
  expect(notices.map(({ name }) => name)).toEqual([
    ...['ada.okafor', 'ben.carter', 'grace.kim', 'hugo.meyer'],
  ])
  expect(await inForce(waiting)).toBe('changes_requested')
})

test('put in force again, it begins with an empty record', async () => {
  await at.rows(
    `update change set state = 'cancelled' where kind = 'edit_policy' and state = 'changes_requested'`,
  )
  expect(await inForce(await asked(await draftOf()))).toBe('closed')
  await suspendStandards(at.worker)
  expect(await standard()).toMatchObject({ state: 'active', why: null })
  expect((await typeOf('std-again')).type).toBe('standard')
})

test('ended, it covers nothing', async () => {
  expect(await inForce(await asked(await draftOf({ ends: true })))).toBe('closed')
  expect(await standard()).toMatchObject({ state: 'ended' })
  expect((await typeOf('std-ended')).type).toBe('normal')
})

test('web can write no standard', async () => {
  await expect(
    at.organisation.platform.read(at.viewers.grace, (tx) =>
      tx.$executeRawUnsafe(`update standard_template set state = 'active'`),
    ),
  ).rejects.toThrow(/permission denied/)
})
