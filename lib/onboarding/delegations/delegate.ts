import { record } from '#lib/audit/store.ts'
import { momentAt } from '#lib/calendar/recurrence.ts'
import {
  type DelegationScope,
  type Fitness,
  insertDelegation,
  readFitness,
} from '#lib/changes/delegation-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type Delegate, MOST_AHEAD, MOST_DAYS } from './delegate.schema.ts'
import { tellOfDelegation } from './tell-of-delegation.ts'

type PeriodRefused = {
  code: 'delegation_period'
  why: 'unreadable' | 'over' | 'reversed' | 'too_long' | 'too_far'
}

export type DelegateError =
  | PeriodRefused
  | { code: 'delegation_to_oneself' }
  | { code: 'delegation_not_yours' }
  | { code: 'delegate_unknown' }
  | { code: 'delegate_not_entitled'; name: string; place: string }
  | { code: 'delegation_overlaps' }

const DAY = 86_400_000

/**
 * Lets one other person sign for the asker in a period: for what the asker may decide themselves, to somebody who decides at the same level by a role of
 * their own. One at a time; of two asked for at once one is made. The other person is told.
 */
export async function delegate(
  platform: Platform,
  viewer: Viewer,
  asked: Delegate,
): Promise<Result<{ delegationId: string }, DelegateError>> {
  if (asked.delegateId === viewer.id) return err({ code: 'delegation_to_oneself' })
  const scope = await scopeOf(platform, asked)
  if (!scope) return err({ code: 'delegation_not_yours' })
  const why = { reason: asked.reason || 'delegation', tenants: [scope.tenantId] }
  try {
    return await platform.transact(viewer, why, (tx) =>
      make(platform, tx, { viewer, asked, scope }),
    )
  } catch (error) {
    if (sqlState(error) === '23P01') return err({ code: 'delegation_overlaps' })
    throw error
  }
}

type Making = { viewer: Viewer; asked: Delegate; scope: DelegationScope }

async function make(
  platform: Platform,
  tx: Transaction,
  { viewer, asked, scope }: Making,
): Promise<Result<{ delegationId: string }, DelegateError>> {
  const parties = { delegatorId: viewer.id, delegateId: asked.delegateId }
  const fitness = await readFitness(tx, parties, scope)
  const unfit = unfitness(fitness)
  if (unfit) return err(unfit)
  const period = periodOf(asked, fitness.now)
  if (!period.ok) return period
  const id = newId('dlg')
  const reason = asked.reason || null
  await insertDelegation(tx, { id, ...parties, ...scope, ...period.value, reason })
  const told = { id, tenantId: scope.tenantId, title: `for ${viewer.name}` }
  await tellOfDelegation(platform, tx, {
    delegation: told,
    event: 'delegation.made',
    people: [asked.delegateId],
  })
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'delegation.made',
    subject: id,
    payload: {
      ...{ delegator: viewer.id, delegate: asked.delegateId, tenant: scope.tenantId },
      ...{ principals: scope.principals, reason },
      from: period.value.startsAt.toISOString(),
      until: period.value.endsAt.toISOString(),
    },
  })
  return ok({ delegationId: id })
}

/** Groups are the same in every tenant: such a delegation is a shared row, in the platform's own. */
async function scopeOf(
  platform: Platform,
  { scope }: Delegate,
): Promise<DelegationScope | undefined> {
  if (scope.of === 'groups') {
    return { tenantId: PLATFORM_TENANT, principals: [...new Set(scope.principals)] }
  }
  const [row] = await platform.db.inContext(
    { actor: 'sys:web', tenants: [], as: 'stairway_platform' },
    (tx) => tx.$queryRaw<{ id: string }[]>`select id from tenant where slug = ${scope.tenant}`,
  )
  return row && { tenantId: row.id, principals: [] }
}

function unfitness(fitness: Fitness): DelegateError | undefined {
  const { decides, foreign, delegate: name, missing } = fitness
  if (!decides || foreign) return { code: 'delegation_not_yours' }
  if (name === null) return { code: 'delegate_unknown' }
  return missing === null ? undefined : { code: 'delegate_not_entitled', name, place: missing }
}

type Period = { startsAt: Date; endsAt: Date }

function periodOf({ from, until, zone }: Delegate, now: Date): Result<Period, PeriodRefused> {
  const refuse = (why: PeriodRefused['why']) =>
    err<PeriodRefused>({ code: 'delegation_period', why })
  const begin = from === '' ? now : momentAt(from, zone)
  const endsAt = momentAt(until, zone)
  if (!begin || !endsAt) return refuse('unreadable')
  if (endsAt <= now) return refuse('over')
  if (endsAt <= begin) return refuse('reversed')
  const startsAt = begin < now ? now : begin
  if (endsAt.getTime() - startsAt.getTime() > MOST_DAYS * DAY) return refuse('too_long')
  if (startsAt.getTime() - now.getTime() > MOST_AHEAD * DAY) return refuse('too_far')
  return ok({ startsAt, endsAt })
}
