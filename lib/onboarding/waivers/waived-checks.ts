import type { Transaction } from '#lib/db/client.ts'
import type { CheckResult } from '#lib/entitlements/check-result.ts'
import { waiversIn, withWaivers } from '#lib/entitlements/waiver.ts'
import { liveWaivers } from '#lib/entitlements/waiver-store.ts'

export type Judging = {
  tenantId: string
  service: string
  requesterId: string
  changeId: string | null
  /** Every check, when these people may not approve besides the requester and contributors. */
  judge(grantedBy: readonly string[]): CheckResult[]
}

/**
 * Every check, with the waivers that stand. Whoever granted one that counts may not approve the change: whether every stage can still be filled is then asked
 * anew without them.
 */
export async function waivedChecks(
  tx: Transaction,
  { judge, ...of }: Judging,
): Promise<CheckResult[]> {
  const results = judge([])
  if (!results.some(({ waivable }) => waivable)) return results
  const waivers = await liveWaivers(tx, of)
  const checks = withWaivers(results, waivers)
  const grantedBy = waiversIn(checks).map(({ decidedBy }) => decidedBy)
  return grantedBy.length > 0 ? withWaivers(judge(grantedBy), waivers) : checks
}
