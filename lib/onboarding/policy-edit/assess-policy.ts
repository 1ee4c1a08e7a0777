import { SECTIONS } from '#lib/changes/plan.ts'
import {
  type ApprovalPolicy,
  type NeededStage,
  PolicyBody,
  PolicyScope,
  stagesFor,
} from '#lib/changes/policy.ts'
import { loosened } from '#lib/changes/policy-loosens.ts'
import { loadPolicy, type StoredPolicy } from '#lib/changes/policy-store.ts'
import { assessPolicyRisk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { loadRules, type Rules } from '../load-rules.ts'
import { type Assessment, askedStages } from '../seal-change.ts'
import type { ApprovalTerms, PolicyDraft } from './edit-policy.schema.ts'
import { planPolicyEdit } from './plan-policy.ts'
import { type Replay, replayPolicies } from './replay-policies.ts'

export type PolicyEditError =
  | { code: 'policy_not_found' }
  | { code: 'policy_name_taken'; name: string }
  | { code: 'policy_unchanged' }

export type AssessedEdit = Assessment & {
  terms: ApprovalTerms
  replay: Replay
  loosened: string[]
  /** The policies that would be in force. */
  after: ApprovalPolicy[]
}

/** Plan, replay over the last changes, risk and stages of an edit of an approval policy. */
export async function assessPolicyEdit(
  tx: Transaction,
  draft: PolicyDraft,
  barred: readonly string[],
): Promise<Result<AssessedEdit, PolicyEditError>> {
  const rules = await loadRules(tx, PLATFORM_TENANT)
  const stored = draft.policyId ? await loadPolicy(tx, draft.policyId) : undefined
  if (draft.policyId && !stored) return err({ code: 'policy_not_found' })
  if (!draft.policyId && (await nameTaken(tx, draft.name)))
    return err({ code: 'policy_name_taken', name: draft.name })
  const terms = termsOf(draft, stored)
  const inForce = stored?.active ? { scope: stored.scope, body: stored.body } : null
  const plan = planPolicyEdit(terms, inForce)
  if (
    inForce &&
    !draft.ends &&
    plan.items.every(({ previous, hash }) => !previous || previous.hash === hash)
  )
    return err({ code: 'policy_unchanged' })
  const after = replaced(rules.policies, terms)
  const replay = await replayPolicies(tx, rules.policies, after)
  const less = inForce ? loosened(inForce, draft.ends ? null : draft) : []
  const asked = await askedToEdit(tx, rules, barred)
  const risk = assessPolicyRisk({
    loosened: less,
    differ: replay.differ.length,
    finding: 'would have had other stages',
  })
  return ok({ terms, plan, risk, replay, after, loosened: less, ...asked })
}

function termsOf(draft: PolicyDraft, stored: StoredPolicy | undefined): ApprovalTerms {
  return {
    subject: 'approval',
    policyId: draft.policyId,
    name: stored?.name ?? draft.name,
    base: stored?.newest ?? 0,
    ends: draft.ends,
    scope: PolicyScope.parse(draft.scope),
    body: PolicyBody.parse(draft.body),
  }
}

function replaced(policies: readonly ApprovalPolicy[], terms: ApprovalTerms): ApprovalPolicy[] {
  const others = policies.filter(({ id }) => id !== terms.policyId)
  const { name, scope, body } = terms
  const id = terms.policyId ?? 'proposed'
  return terms.ends ? others : [...others, { id, version: terms.base + 1, name, scope, body }]
}

/** Whoever runs the platform cannot change who decides alone, whatever the policies say: another administrator always signs. */
const FLOOR: NeededStage = {
  name: 'Second administrator',
  rule: { source: 'tenant_role', role: 'admin' },
  quorum: 1,
  sections: [...SECTIONS],
  dueHours: 72,
  order: 1,
  veto: 1,
  commentRequired: false,
  stepUpMinutes: 15,
  validHours: null,
  policyId: null,
  policyVersion: null,
  policyName: 'built in',
  ordinal: 1,
}

/** Who decides on an edit of a policy: another administrator, and whoever policies name for such changes. */
export async function askedToEdit(
  tx: Transaction,
  rules: Rules,
  barred: readonly string[],
): Promise<Pick<Assessment, 'stages' | 'unfillable'>> {
  return askedStages(tx, editStages(rules), {
    ...{ tenantId: PLATFORM_TENANT, requesterId: barred[0] ?? '', barred },
    owningTeam: null,
    uncovered: 'a second administrator',
  })
}

function editStages({ policies }: Rules): NeededStage[] {
  const about = { tenant: 'platform', environments: [], dataClass: 0, type: 'normal' }
  const needed = stagesFor({ ...about, band: 'medium', kind: 'edit_policy' }, policies)
  return [FLOOR, ...needed.map((stage) => ({ ...stage, ordinal: stage.ordinal + 1 }))]
}

async function nameTaken(tx: Transaction, name: string): Promise<boolean> {
  const found = await tx.approval_policy.findFirst({
    where: { tenant_id: PLATFORM_TENANT, name },
    select: { id: true },
  })
  return found !== null
}
