import { decideChange } from '#lib/onboarding/decide-change.ts'
import { previewService } from '#lib/onboarding/preview-service.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { askCheckWaiver } from '#lib/onboarding/waivers/ask-check-waiver.ts'
import { settleCheckWaiver } from '#lib/onboarding/waivers/settle-check-waiver.ts'
import { TEST_ONLY, type TestChanges } from './changes.ts'
import { aRequest } from './organisation.ts'

export type Who = keyof TestChanges['viewers']
const TEAM = { checkId: 'owning_team', rule: '', subject: null } as const
export const WISH = { reason: 'the second member starts on Monday', days: 14 }

export type TestWaivers = ReturnType<typeof waiversOf>

/** A request of a small service of Payments in the environment test. */
export function requestOf(name: string, differs: Partial<RequestService> = {}): RequestService {
  return aRequest(name, { ...TEST_ONLY, ...differs })
}

/** Waivers of a request's checks, asked for and decided by the product's own commands. */
export function waiversOf(at: TestChanges) {
  const { platform } = at.organisation
  const sql = (text: string, ...values: unknown[]) =>
    at.rows<Record<string, unknown>>(text, ...values)
  const joins = (who: Who) =>
    sql(
      `insert into group_member (group_id, person_id) select id, $1 from directory_group where name = 'payments-core' on conflict do nothing returning 1`,
      at.viewers[who].id,
    )
  const quota = (cpu: number) =>
    sql(
      `update tenant_quota set cpu_milli = $1 where environment = 'test' and tenant_id = (select id from tenant where slug = 'payments') returning 1`,
      cpu,
    )
  async function ask(
    name: string,
    { who = 'ada', of = TEAM, days = WISH.days }: { who?: Who; of?: object; days?: number } = {},
  ): Promise<string> {
    const asked = await askCheckWaiver(platform, at.viewers[who], {
      ...{ request: requestOf(name), ...TEAM, ...of, reason: WISH.reason, days },
    })
    return asked.ok ? asked.value.waiverId : asked.error.code
  }
  async function settle(who: Who, waiverId: string, act: 'grant' | 'refuse' | 'revoke') {
    const answer = await settleCheckWaiver(platform, at.viewers[who], { waiverId, act })
    return answer.ok ? 'done' : answer.error.code
  }
  const submit = (name: string, who: Who = 'ada') =>
    requestService(platform, at.viewers[who], { request: requestOf(name) })
  return {
    ...{ sql, joins, quota, ask, settle, submit },
    /** Ada alone is in the owning team, and the quota has room. */
    async beginAnew() {
      await sql(
        `delete from group_member where group_id = (select id from directory_group where name = 'payments-core') and person_id <> $1 returning 1`,
        at.viewers.ada.id,
      )
      await joins('ada')
      await quota(64_000)
    },
    /** What the form says of one check: outcome and reason. */
    async said(
      name: string,
      checkId: string,
      { who = 'ada', ...differs }: Partial<RequestService> & { who?: Who } = {},
    ) {
      const request = requestOf(name, differs)
      const preview = await previewService(platform, at.viewers[who], { request })
      if (!preview.ok) throw new Error(preview.error.code)
      const check = preview.value.checks.find((one) => one.checkId === checkId)
      return `${check?.outcome} ${check?.reasonCode}`
    },
    async waivedAndSubmitted(name: string) {
      const waiverId = await ask(name)
      const granted = await settle('ben', waiverId, 'grant')
      if (granted !== 'done') throw new Error(granted)
      const submitted = await submit(name)
      if (!submitted.ok) throw new Error(JSON.stringify(submitted.error).slice(0, 400))
      return { waiverId, ...submitted.value }
    },
    approve: (who: Who, { changeId, planHash }: { changeId: string; planHash: string }) =>
      decideChange(platform, at.viewers[who], {
        ...{ changeId, planHash, verdict: 'approve', comment: '' },
      }),
    stateOf: async (changeId: string) =>
      (await sql(`select state from change where id = $1`, changeId))[0]?.state,
    events: (waiverId: string) =>
      at.rows<{ action: string }>(
        `select action from audit_event where subject = $1 order by seq`,
        waiverId,
      ),
  }
}
