import { afterAll, beforeAll, expect, test } from 'vitest'
import { requestService } from '#lib/onboarding/request-service.ts'
import { type TestChanges, testChanges } from '#lib/testing/changes.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { approvalsFor, type WaitingApproval } from './approval-queries.ts'
import { inboxAfter } from './inbox-place.ts'

const CHANGES = 60
let at: TestChanges

beforeAll(async () => {
  at = await testChanges()
  for (let n = 0; n < CHANGES; n += 1) {
    const request = aRequest(`inbox-${n}`, { dataClass: 1 + (n % 2) })
    const answer = await requestService(at.organisation.platform, at.viewers.ada, { request })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
  }
  // due at times of their own within three hours, some of them at the same, the stages of one change in either order, and of different risk
  await at.rows(
    `update change set risk_score = (('x' || substr(md5(id), 1, 4))::bit(16)::int % 5) * 20`,
  )
  for (const table of ['approval_stage', 'stage_principal'])
    await at.rows(
      `update ${table} x set due_at = now() + ((('x' || substr(md5(x.${table === 'approval_stage' ? 'id' : 'stage_id'}), 1, 4))::bit(16)::int % 40) * 4 || ' minutes')::interval`,
    )
}, 120_000)
afterAll(() => at?.close())

/** Every page, one after the other. */
async function pageByPage(viewer: Viewer): Promise<WaitingApproval[]> {
  const seen: WaitingApproval[] = []
  let after: string | undefined
  do {
    const page = await approvalsFor(at.organisation.platform, viewer, after)
    seen.push(...page)
    after = inboxAfter(page)
  } while (after)
  return seen
}

/** Every change that waits for the person, found by looking at all stages. */
function byLookingAtAll({ id, principals }: Viewer): Promise<{ number: number; stage: string }[]> {
  return at.rows(
    `select c.number::int as number, min(s.name) as stage from approval_stage s join change c on c.id = s.change_id and c.revision = s.revision
       join stage_principal p on p.stage_id = s.id
     where s.state = 'open' and c.state = 'awaiting_approval' and p.principal_id = any($2)
       and not exists (select from change_barred b where b.change_id = c.id and b.person_id = $1)
       and not exists (select from decision d where d.change_id = c.id and d.decider_id = $1)
     group by c.id order by date_trunc('hour', min(s.due_at)), c.risk_score desc, min(s.due_at), c.number`,
    id,
    principals,
  )
}

test.each(['farah', 'ben', 'erik', 'ada', 'grace'] as const)(
  'page by page %s sees every change that waits for them, once, by the hour, then the higher risk',
  async (who) => {
    const viewer = at.viewers[who]
    const seen = (await pageByPage(viewer)).map(({ number, stage }) => ({ number, stage }))
    expect(seen).toEqual(await byLookingAtAll(viewer))
    expect(seen.length).toBe(['farah', 'ben', 'erik'].includes(who) ? CHANGES : 0)
  },
)

test('what is theirs by delegation stands between what is their own, in the same order, over the pages', async () => {
  const { erik, ben } = at.viewers
  // half of the changes wait for nobody but the owners, one of whom Erik stands in for
  await at.rows(
    `update approval_stage s set state = 'satisfied' from change c where c.id = s.change_id and s.name <> 'Tenant owner' and c.number % 2 = 0`,
  )
  await at.organisation.owner.inContext({ actor: ben.id, tenants: [] }, (tx) =>
    tx.$executeRawUnsafe(
      `insert into delegation (id, tenant_id, delegator_id, delegate_id, starts_at, ends_at) select 'dlg_inbox', id, '${ben.id}', '${erik.id}', now() - interval '1 hour', now() + interval '1 day' from tenant where slug = 'payments'`,
    ),
  )
  const seen = await pageByPage(erik)
  expect(new Set(seen.map(({ number }) => number)).size).toBe(CHANGES)
  expect(seen).toHaveLength(CHANGES)
  const place = ({ dueAt, riskScore, number }: WaitingApproval) =>
    [
      dueAt.slice(0, 13),
      String(100 - (riskScore ?? 0)).padStart(3, '0'),
      dueAt,
      String(number).padStart(9, '0'),
    ].join(' ')
  expect(seen.map(place)).toEqual(seen.map(place).sort())
  const delegated = seen.filter(({ delegator }) => delegator === 'Ben Carter')
  expect(delegated).toHaveLength(CHANGES / 2)
  expect(delegated.every(({ number, groups }) => number % 2 === 0 && groups.length === 0)).toBe(
    true,
  )
  const own = seen.filter(({ delegator }) => delegator === null)
  expect(own.every(({ groups }) => groups.includes('change-approvers'))).toBe(true)
})
