import { standInsFor } from '#lib/changes/mandate-store.ts'
import { loadStages, lockChange } from '#lib/changes/store.ts'
import { partiesOf } from '#lib/changes/votes.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { tell } from './advance-change.ts'

/**
 * Tells the people of a change's open stages, or of the ones named, that they are asked: who is barred or has voted is not. Whoever stands in
 * for one of them at this moment is told too. One notice a person and revision and stage order, however many stages name them.
 */
export async function askPeople(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  {
    changeId,
    barred,
    stages,
  }: { changeId: string; barred: readonly string[]; stages?: readonly string[] },
): Promise<void> {
  const change = await lockChange(tx, changeId)
  if (!change) return
  const all = await loadStages(tx, changeId, change.revision)
  const open = all.filter(({ id, state }) => state === 'open' && (stages?.includes(id) ?? true))
  const voted = all.flatMap(({ decisions }) => decisions.flatMap(partiesOf))
  const free = (person: string) => !barred.includes(person) && !voted.includes(person)
  const asked = open.flatMap(({ eligible }) => eligible).filter(free)
  const standIns = await standInsFor(
    tx,
    open.map(({ id }) => id),
    asked,
  )
  const people = [...new Set([...asked, ...standIns.filter(free)])]
  const suffix = stages ? `${change.revision}.${open[0]?.ordinal ?? 0}` : String(change.revision)
  await tell(platform, tx, { change, event: 'approval.asked', people, suffix })
}
