import { loadStages, lockChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { tell } from './advance-change.ts'

/**
 * Tells the people of a change's open stages, or of the ones named, that they are asked: who is barred or has voted is not. One notice a person
 * and revision and stage order, however many stages name them.
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
  const voted = all.flatMap(({ decisions }) => decisions.map(({ deciderId }) => deciderId))
  const people = [...new Set(open.flatMap(({ eligible }) => eligible))].filter(
    (person) => !barred.includes(person) && !voted.includes(person),
  )
  const suffix = stages ? `${change.revision}.${open[0]?.ordinal ?? 0}` : String(change.revision)
  await tell(platform, tx, { change, event: 'approval.asked', people, suffix })
}
