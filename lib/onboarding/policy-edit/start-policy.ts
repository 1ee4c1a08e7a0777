import { loadPolicy } from '#lib/changes/policy-store.ts'
import { type ChangeRow, loadRevision } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PolicyTerms } from './edit-policy.schema.ts'
import { planPolicyEdit } from './plan-policy.ts'

/** Why an approved policy may not come into force now; undefined when the version that it replaces still is the newest and its bytes are those approved. */
export async function policyObstacle(
  tx: Transaction,
  change: ChangeRow,
): Promise<string | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const terms = PolicyTerms.parse(
    (revision?.parameters as { policy?: unknown } | undefined)?.policy,
  )
  const stored = terms.policyId ? await loadPolicy(tx, terms.policyId) : undefined
  if (terms.policyId && !stored) return `the policy ${terms.name} is gone`
  const newest = stored?.newest ?? 0
  if (newest !== terms.base)
    return `the policy ${terms.name} has version ${newest} meanwhile; this was made from version ${terms.base}. Withdraw it, look at the new text and ask again`
  const before = stored?.active ? { scope: stored.scope, body: stored.body } : null
  return planPolicyEdit(terms, before).hash === change.planHash
    ? undefined
    : 'the plan is outdated: Stairway renders the policy otherwise today. Withdraw it and ask again'
}
