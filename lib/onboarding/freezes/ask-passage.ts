import { type FreezeSpans, holdersOf, type Wish } from '#lib/calendar/fit.ts'
import { voidFreezeStages, voidLostPassages } from '#lib/changes/held-store.ts'
import { SECTIONS } from '#lib/changes/plan.ts'
import { type ChangeRow, insertStages, loadBarred, loadStages } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { askPeople } from '../ask-people.ts'
import { staffRules } from '../load-rules.ts'

/** Hours after which the inbox calls it late; nothing happens then. */
const DUE_HOURS = 24

/**
 * Asks the people of each restricted freeze to let a held change through, once for each freeze and revision, and only while nothing else holds it: until then
 * their word would not let it start. A group that said no is not asked again; a stage that nobody needs any more, or that names another group than the freeze does
 * now, ends, and so does a passage that counts no longer: its freeze is asked anew.
 */
export async function askPassage(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { change, freezes, wish }: { change: ChangeRow; freezes: readonly FreezeSpans[]; wish: Wish },
): Promise<void> {
  const holders = holdersOf(freezes, wish)
  const asked = holders.every(({ kind }) => kind === 'restricted') ? holders : []
  await voidLostPassages(
    tx,
    change.id,
    asked.map(({ id }) => id),
  )
  const stages = await loadStages(tx, change.id, change.revision)
  const staffed = await staffRules(
    tx,
    asked.map(({ approvers }) => ({ source: 'group', group: approvers ?? '' })),
    { tenantId: change.tenantId, requesterId: change.requesterId, owningTeam: null },
  )
  const wanted = asked.map((freeze, index) => ({
    freeze,
    principals: [...(staffed[index]?.principals ?? [])].sort(),
  }))
  const standing = stages.filter((stage) =>
    wanted.some(
      ({ freeze, principals }) =>
        freeze.id === stage.freezeId && String(principals) === String(stage.principals),
    ),
  )
  await voidFreezeStages(
    tx,
    change.id,
    standing.map(({ id }) => id),
  )
  const missing = wanted.filter(
    ({ freeze }) =>
      !standing.some(({ freezeId, state }) => freezeId === freeze.id && state !== 'void'),
  )
  const last = Math.max(0, ...stages.map(({ ordinal }) => ordinal))
  for (const [index, { freeze, principals }] of missing.entries())
    await ask(platform, tx, { change, freeze, principals, ordinal: last + 1 + index })
}

type Asking = { change: ChangeRow; freeze: FreezeSpans; principals: string[]; ordinal: number }

async function ask(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  { change, freeze, principals, ordinal }: Asking,
): Promise<void> {
  const { id: changeId, tenantId, revision, planHash } = change
  const at = { changeId, tenantId, revision, planHash: planHash ?? '' }
  const stages = await insertStages(tx, at, [
    {
      ...{ ordinal, order: ordinal, name: `Let through: ${freeze.name}`, freezeId: freeze.id },
      ...{ policyId: null, policyVersion: null, sections: [...SECTIONS], quorum: 1, veto: 1 },
      ...{ dueHours: DUE_HOURS, commentRequired: true, stepUpMinutes: null, validHours: null },
      principals,
    },
  ])
  const barred = (await loadBarred(tx, changeId)).map(({ personId }) => personId)
  await askPeople(platform, tx, { changeId, barred, stages })
}
