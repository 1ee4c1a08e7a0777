import { createServiceNowDialer } from '#lib/adapters/servicenow/instance.ts'
import { createVault } from '#lib/adapters/vault/sealing.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { followOpen } from '#lib/onboarding/servicenow/follow-open.ts'
import { readRecords } from '#lib/onboarding/servicenow/read-records.ts'
import type { SetServiceNow } from '#lib/onboarding/servicenow/set-servicenow.schema.ts'
import { setServiceNow } from '#lib/onboarding/servicenow/set-servicenow.ts'
import { syncChange } from '#lib/onboarding/servicenow/sync-change.ts'
import type { SyncLimits } from '#lib/onboarding/servicenow/sync-context.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import type { ServiceNow, ServiceNowAccess } from '#lib/ports/servicenow.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type TestChanges, testChanges } from './changes.ts'
import { type StandInServiceNow, startServiceNow } from './servicenow.ts'

/** A settled time short enough for a test. */
export const LIMITS: SyncLimits = { leaseSeconds: 30, settleSeconds: 3 }

export type Followed = {
  wanted: number
  confirmed: number
  round: number
  trouble: string | null
  line: string | null
}

export type ServiceNowGround = {
  on: TestChanges
  snow: StandInServiceNow
  worker: WorkerPlatform
  set(differs?: Partial<SetServiceNow>): ReturnType<typeof setServiceNow>
  /** Lets the change and its tenant's line be tried now, and tells ServiceNow until nothing moves. */
  sync(changeId: string, worker?: WorkerPlatform): Promise<void>
  /** One try, as the worker's job makes it. */
  syncOnce(changeId: string, worker?: WorkerPlatform): Promise<void>
  read(worker?: WorkerPlatform): Promise<void>
  start(changeId: string): Promise<void>
  approve(change: { changeId: string; planHash: string }, comment?: string): Promise<void>
  followed(changeId: string): Promise<Followed | undefined>
  state(changeId: string): Promise<string | undefined>
  /** What stands in ServiceNow for a change, the oldest first. */
  there(number: number): Promise<Record<string, string>[]>
  /** Work notes and comments there, in order. */
  notes(number: number): Promise<string[]>
  close(): Promise<void>
}

/** The demonstration organisation beside a ServiceNow of its own. */
export async function serviceNowGround(): Promise<ServiceNowGround> {
  const [on, snow] = await Promise.all([testChanges(), startServiceNow()])
  const worker = {
    ...on.worker,
    vault: createVault(on.organisation.sealing.privateKey),
    serviceNow: createServiceNowDialer({ allows: () => true, timeoutMs: 1500 }),
  }
  const tenantId = async () =>
    (await on.rows<{ id: string }>(`select id from tenant where slug = 'payments'`))[0]?.id ?? ''
  const syncOnce: ServiceNowGround['syncOnce'] = async (changeId, by = worker) => {
    await on.rows(
      `update servicenow_change set next_attempt_at = now(), lease_until = null where change_id = $1`,
      changeId,
    )
    await on.rows(`update servicenow_line set next_attempt_at = now()`)
    await syncChange(by, changeId, LIMITS)
  }
  const followed: ServiceNowGround['followed'] = async (changeId) =>
    (
      await on.rows<Followed>(
        `select wanted::int as wanted, confirmed::int as confirmed, round, f.trouble, l.trouble as line
         from servicenow_change f join servicenow_line l using (tenant_id) where change_id = $1`,
        changeId,
      )
    )[0]
  return {
    on,
    snow,
    worker,
    async set(differs = {}) {
      const setting = settingOf(snow, differs)
      const answer = await setServiceNow(on.organisation.platform, on.viewers.grace, setting)
      await followOpen(worker)
      return answer
    },
    syncOnce,
    async sync(changeId, by) {
      for (let tries = 0; tries < 40; tries += 1) {
        await syncOnce(changeId, by)
        const now = await followed(changeId)
        if (!now || now.confirmed === now.wanted || now.trouble !== null) return
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      throw new Error(`not told in 40 tries: ${JSON.stringify(await followed(changeId))}`)
    },
    read: async (by = worker) => readRecords(by, await tenantId()),
    start: (changeId) => startChange(worker, changeId),
    async approve({ changeId, planHash }, comment = '') {
      const vote = { changeId, verdict: 'approve', planHash, comment } as const
      const answer = await decideChange(on.organisation.platform, on.viewers.farah, vote)
      if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    },
    followed,
    async state(changeId) {
      const [row] = await on.rows<{ state: string }>(
        `select state from change where id = $1`,
        changeId,
      )
      return row?.state
    },
    ...looking(snow),
    async close() {
      await on.close()
      await snow.stop()
    },
  }
}

function looking(snow: StandInServiceNow): Pick<ServiceNowGround, 'there' | 'notes'> {
  const of = (number: number) => (row: Record<string, string>) =>
    row.correlation_id?.startsWith(`CHG-${number}.`) ?? false
  return {
    there: async (number) => (await snow.rows()).changes.filter(of(number)),
    async notes(number) {
      const { changes, notes } = await snow.rows()
      const ids = changes.filter(of(number)).map(({ sys_id }) => sys_id)
      return notes
        .filter(({ element_id }) => ids.includes(element_id))
        .map(({ value = '' }) => value)
    },
  }
}

function settingOf(snow: StandInServiceNow, differs: Partial<SetServiceNow>): SetServiceNow {
  const { instance, user, secret } = snow.access()
  return {
    tenant: 'payments',
    mode: 'mirror',
    instance,
    auth: 'basic',
    user,
    secret,
    group: 'Platform',
    template: snow.template,
    reason: 'the bank keeps its changes there',
    ...differs,
  }
}

type Around = (name: keyof ServiceNow, call: () => Promise<unknown>) => Promise<unknown>

/** The same worker, with something around every call of ServiceNow. */
export function withServiceNow(worker: WorkerPlatform, around: Around): WorkerPlatform {
  const { serviceNow } = worker
  return {
    ...worker,
    serviceNow: {
      dial(access: ServiceNowAccess) {
        const there = serviceNow.dial(access)
        return new Proxy(there, {
          get:
            (of, name: keyof ServiceNow) =>
            (...args: never[]) =>
              around(name, () => (of[name] as (...given: never[]) => Promise<unknown>)(...args)),
        })
      },
    },
  }
}
