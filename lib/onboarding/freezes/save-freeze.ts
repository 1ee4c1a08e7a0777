import { record } from '#lib/audit/store.ts'
import type { FreezeDefinition } from '#lib/calendar/freeze.ts'
import { type CalendarError, readCalendar } from '#lib/calendar/ics.ts'
import { checkRecurrence, occurrencesIn, type RecurrenceError } from '#lib/calendar/recurrence.ts'
import {
  endFreeze as endInStore,
  horizonOf,
  isGroup,
  isNameTaken,
  lockFreeze,
  lockFreezes,
  saveFreeze as saveInStore,
  undecidedBy,
  unknownIn,
  writeOccurrences,
} from '#lib/calendar/store.ts'
import { heldChanges } from '#lib/changes/held-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { EndFreeze, ImportFreezes, SaveFreeze } from './save-freeze.schema.ts'

export type FreezeError =
  | RecurrenceError
  | CalendarError
  | { code: 'freeze_not_found' }
  | { code: 'freeze_moved' }
  | { code: 'freeze_name_taken'; name: string }
  | { code: 'freeze_scope_unknown'; names: string[] }
  | { code: 'freeze_approvers_needed' }
  | ApproversRefused

type ApproversRefused =
  | { code: 'freeze_approvers_unknown'; group: string }
  | { code: 'freeze_approvers_unable'; group: string; tenants: string[] }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/**
 * Saves a freeze with its occurrences for the next 18 months. What executes goes on; whatever starts from now on is judged by it, and what is held
 * is judged again.
 */
export async function saveFreeze(
  platform: Platform,
  viewer: Viewer,
  { freeze, edits }: SaveFreeze,
): Promise<Result<{ freezeId: string }, FreezeError>> {
  return platform.transact(
    viewer,
    { reason: freeze.reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ freezeId: string }, FreezeError>> => {
      await lockFreezes(tx, 'saving')
      if (edits) {
        const stored = await lockFreeze(tx, edits.id)
        if (!stored || stored.ended) return err({ code: 'freeze_not_found' })
        if (stored.version !== edits.version) return err({ code: 'freeze_moved' })
      }
      const saved = await put(tx, freeze, edits?.id)
      if (saved.ok) await judgeAgain(platform, tx)
      return saved
    },
  )
}

/** Saves every event of a calendar as a freeze of its own, or none where one cannot be taken. */
export async function importFreezes(
  platform: Platform,
  viewer: Viewer,
  { text }: ImportFreezes,
): Promise<Result<{ imported: number }, FreezeError>> {
  return platform.transact(
    viewer,
    { reason: 'imported from a calendar', ...AS_ADMIN },
    async (tx): Promise<Result<{ imported: number }, FreezeError>> => {
      const person = await tx.person.findUnique({
        where: { id: viewer.id },
        select: { display_name: true },
      })
      const read = readCalendar(text, person?.display_name ?? 'the platform team')
      if (!read.ok) return read
      await lockFreezes(tx, 'saving')
      for (const freeze of read.value) {
        const saved = await put(tx, freeze, undefined)
        if (!saved.ok) return saved
      }
      await judgeAgain(platform, tx)
      return ok({ imported: read.value.length })
    },
  )
}

/** Ends a freeze for good. What it held starts, unless something else holds it. */
export async function endFreeze(
  platform: Platform,
  viewer: Viewer,
  { freezeId, reason }: EndFreeze,
): Promise<Result<{ freezeId: string }, FreezeError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ freezeId: string }, FreezeError>> => {
      await lockFreezes(tx, 'saving')
      const freeze = await lockFreeze(tx, freezeId)
      if (!freeze || freeze.ended) return err({ code: 'freeze_not_found' })
      await endInStore(tx, { id: freezeId, by: viewer.id, reason })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'freeze.ended',
        subject: freezeId,
        payload: { name: freeze.name, reason },
      })
      await judgeAgain(platform, tx)
      return ok({ freezeId })
    },
  )
}

async function put(
  tx: Transaction,
  freeze: FreezeDefinition,
  edited: string | undefined,
): Promise<Result<{ freezeId: string }, FreezeError>> {
  const checked = checkRecurrence(pickRecurrence(freeze))
  if (!checked.ok) return checked
  const names = await unknownIn(tx, freeze.scope)
  if (names.length > 0) return err({ code: 'freeze_scope_unknown', names })
  const approvers = freeze.kind === 'restricted' ? freeze.approvers?.trim() : null
  if (approvers === undefined || approvers === '') return err({ code: 'freeze_approvers_needed' })
  const refused = approvers === null ? null : await refusedOf(tx, approvers, freeze.scope.tenants)
  if (refused) return err(refused)
  const id = edited ?? newId('frz')
  if (await isNameTaken(tx, freeze.name, id))
    return err({ code: 'freeze_name_taken', name: freeze.name })
  const { now, until } = await horizonOf(tx)
  const saved = { ...freeze, ...checked.value, approvers, id }
  await saveInStore(tx, saved, until)
  const occurrences = occurrencesIn(checked.value, now, until)
  await writeOccurrences(tx, { id, from: now, expandedTo: until }, occurrences)
  const { id: _, ...facts } = saved
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: edited ? 'freeze.changed' : 'freeze.saved',
    subject: id,
    payload: { ...facts, occurrences: occurrences.length },
  })
  return ok({ freezeId: id })
}

/** Why a group may not let changes through: it is none, or nobody of it decides where the freeze holds, so that it would be a blackout. */
async function refusedOf(
  tx: Transaction,
  group: string,
  scope: readonly string[],
): Promise<ApproversRefused | null> {
  if (!(await isGroup(tx, group))) return { code: 'freeze_approvers_unknown', group }
  const tenants = await undecidedBy(tx, group, scope)
  return tenants.length > 0 ? { code: 'freeze_approvers_unable', group, tenants } : null
}

/** The part of a freeze that says when. */
export function pickRecurrence({
  zone,
  start,
  duration,
  rule,
  except,
  also,
}: FreezeDefinition): Parameters<typeof checkRecurrence>[0] {
  return { zone, start, duration, rule, except, also }
}

/** Held changes look at the freezes anew, now. */
async function judgeAgain(platform: Platform, tx: Transaction): Promise<void> {
  for (const changeId of await heldChanges(tx))
    await platform.queue.enqueue(tx, 'change.start', { changeId }, { key: changeId })
}
