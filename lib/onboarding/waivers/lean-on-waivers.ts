import { barPeople } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { CheckResult } from '#lib/entitlements/check-result.ts'
import { waiversIn, withoutWaivers } from '#lib/entitlements/waiver.ts'
import { countUse, GRANTED_WHY, holdWaivers } from '#lib/entitlements/waiver-store.ts'

type Leaning = {
  tenantId: string
  changeId: string
  revision: number
  phase: 'submit' | 'start'
}

/**
 * Makes a binding evaluation lean on its waivers: each is held against revoking until the caller commits, counted once for this revision, and bars who granted it
 * from approving. One that ended since the checks were made counts no longer: its check fails in the answer.
 */
export async function leanOnWaivers(
  tx: Transaction,
  at: Leaning,
  results: CheckResult[],
): Promise<CheckResult[]> {
  const waivers = waiversIn(results)
  if (waivers.length === 0) return results
  const ids = [...new Set(waivers.map(({ id }) => id))].sort()
  const held = await holdWaivers(tx, ids)
  await countUse(tx, at, held)
  const people = waivers.filter(({ id }) => held.includes(id))
  await barPeople(
    tx,
    at,
    people.map(({ decidedBy }) => ({ id: decidedBy, why: GRANTED_WHY })),
  )
  return withoutWaivers(
    results,
    ids.filter((id) => !held.includes(id)),
  )
}

/** Whoever granted a waiver after they had approved the very change that leans on it now, or somebody for them: their name, or undefined. */
export async function approvedByGranter(
  tx: Transaction,
  change: { id: string; revision: number },
  results: readonly CheckResult[],
): Promise<string | undefined> {
  const granters = waiversIn(results).map(({ decidedBy }) => decidedBy)
  if (granters.length === 0) return undefined
  const rows = await tx.$queryRaw<{ name: string }[]>`
    select p.display_name as name from decision d join person p on p.id in (d.decider_id, d.delegator_id)
    where d.change_id = ${change.id} and d.revision = ${change.revision} and d.verdict = 'approve' and p.id = any(${granters}) limit 1`
  return rows[0]?.name
}
