import { loadPolicy } from '#lib/changes/policy-store.ts'
import { type ChangeRow, loadRevision } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { policyProblems } from '#lib/entitlements/cedar.ts'
import { loadEntitlementPolicy } from '#lib/entitlements/policy-store.ts'
import { type EntitlementTerms, PolicyTerms } from './edit-policy.schema.ts'
import { planEntitlementEdit } from './plan-entitlements.ts'
import { planPolicyEdit } from './plan-policy.ts'
import { standardObstacle } from './propose-standard.ts'

/** Why an approved policy may not come into force now; undefined when the version that it replaces still is the newest and its bytes are those approved. */
export async function policyObstacle(
  tx: Transaction,
  change: ChangeRow,
): Promise<string | undefined> {
  const revision = await loadRevision(tx, change.id, change.revision)
  const terms = PolicyTerms.parse(
    (revision?.parameters as { policy?: unknown } | undefined)?.policy,
  )
  if (terms.subject === 'entitlements') return entitlementObstacle(tx, change, terms)
  if (terms.subject === 'standard') return standardObstacle(tx, change.planHash, terms)
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

async function entitlementObstacle(
  tx: Transaction,
  change: ChangeRow,
  terms: EntitlementTerms,
): Promise<string | undefined> {
  const inForce = await loadEntitlementPolicy(tx)
  if (inForce.version !== terms.base)
    return `entitlements have version ${inForce.version} meanwhile; this was made from version ${terms.base}. Withdraw it, look at the new text and ask again`
  const problems = policyProblems(terms.text)
  if (problems.length > 0)
    return `this build cannot read the policy any more: ${problems.join('; ').slice(0, 500)}`
  return planEntitlementEdit(terms, inForce.body).hash === change.planHash
    ? undefined
    : 'the plan is outdated: Stairway renders the policy otherwise today. Withdraw it and ask again'
}
