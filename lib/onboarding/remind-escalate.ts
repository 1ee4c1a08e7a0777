import { record } from '#lib/audit/store.ts'
import { loadBarredNow, standInsFor } from '#lib/changes/mandate-store.ts'
import { EscalationRule } from '#lib/changes/policy.ts'
import {
  type DueNow,
  dueNow,
  escalateStage,
  noteReminders,
  stagesDue,
} from '#lib/changes/sla-store.ts'
import { type ChangeRow, loadRevision, loadStages, lockChange } from '#lib/changes/store.ts'
import { partiesOf } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import { eachApart } from '#lib/each-apart.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { tell } from './advance-change.ts'
import { staffRules } from './load-rules.ts'

type Reminding = Pick<WorkerPlatform, 'db' | 'queue' | 'settings' | 'log'>

/**
 * Reminds those who are asked and have not decided, and adds the people of the escalation rule to stages that wait too long: each once, whichever worker comes
 * first and however often one dies over it, for all of it is in one transaction with the notices. Nothing is ever decided by it.
 */
export async function remindAndEscalate(platform: Reminding): Promise<void> {
  const due = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, stagesDue)
  await eachApart(platform, due, {
    failed: 'people were not reminded of a stage',
    act: (stage) =>
      platform.db.inContext(
        {
          ...{ actor: 'sys:worker', tenants: [stage.tenantId] },
          ...{ change: stage.changeId, reason: 'waits for approval' },
        },
        (tx) => askAgain(platform, tx, stage),
      ),
  })
}

async function askAgain(
  platform: Reminding,
  tx: Transaction,
  stage: Pick<At, 'stageId' | 'changeId' | 'tenantId'>,
): Promise<void> {
  const change = await lockChange(tx, stage.changeId)
  const now = change && (await dueNow(tx, stage.stageId))
  if (!change || !now) return
  const at = { ...stage, change, now }
  if (now.escalateTo !== null) await escalate(platform, tx, at)
  if (now.reminders.length > 0) await remind(platform, tx, at)
}

type At = { stageId: string; changeId: string; tenantId: string; change: ChangeRow; now: DueNow }

async function remind(platform: Reminding, tx: Transaction, at: At): Promise<void> {
  const { change, now, stageId } = at
  const asked = await freeOf(tx, at)
  const standIns = await standInsFor(tx, [stageId], asked)
  const people = [...new Set([...asked, ...(await freeOf(tx, at, standIns))])]
  await noteReminders(tx, at, { hours: now.reminders, people: people.length })
  const latest = now.reminders.at(-1) ?? 0
  const suffix = `${change.revision}.${now.ordinal}.${latest}`
  await tell(platform, tx, { change, event: 'approval.reminder', people, suffix })
  await record(tx, {
    tenant: change.tenantId,
    action: 'approval.reminded',
    subject: change.id,
    payload: { stage: now.name, revision: change.revision, afterHours: latest, people },
  })
}

async function escalate(platform: Reminding, tx: Transaction, at: At): Promise<void> {
  const { change, now, stageId } = at
  const before = await freeOf(tx, at)
  const rule = EscalationRule.parse(now.escalateTo)
  const revision = await loadRevision(tx, change.id, change.revision)
  const requesterId = revision?.submittedBy ?? change.requesterId
  const about = { tenantId: change.tenantId, requesterId, owningTeam: null }
  const [named] = await staffRules(tx, [rule], about)
  const added = await escalateStage(tx, at, named?.principals ?? [])
  const people = (await freeOf(tx, at)).filter((person) => !before.includes(person))
  const suffix = `${change.revision}.${now.ordinal}`
  await tell(platform, tx, { change, event: 'approval.escalated', people, suffix })
  await record(tx, {
    tenant: change.tenantId,
    action: 'approval.escalated',
    subject: change.id,
    payload: { stage: now.name, stageId, revision: change.revision, to: rule, added, people },
  })
}

/** Of these, or else of the stage's people, those who may still decide: neither barred, themselves or through whom they stand in for, nor with a vote. */
async function freeOf(
  tx: Transaction,
  { changeId, stageId, change }: At,
  people?: readonly string[],
): Promise<string[]> {
  const stages = await loadStages(tx, changeId, change.revision)
  const barred = (await loadBarredNow(tx, changeId)).map(({ personId }) => personId)
  const voted = stages.flatMap(({ decisions }) => decisions.flatMap(partiesOf))
  const of = people ?? stages.find(({ id }) => id === stageId)?.eligible ?? []
  return of.filter((person) => !barred.includes(person) && !voted.includes(person))
}
