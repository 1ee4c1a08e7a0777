import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { LoadedPolicies, PolicyVerdict } from './cedar.ts'
import type { CheckResult, Outcome } from './check-result.ts'
import { CHECK_DEFINITIONS, type CheckDefinition } from './definitions.ts'
import type { Fact, Facts } from './facts.ts'
import { environmentInputs, type Inputs, requestInputs, targetInputs } from './inputs.ts'

/**
 * Evaluates every check over the facts, all at once. A fact that is not known or too old gives `error`; a policy that errors, is missing
 * or lets nothing through gives `error`; neither is ever a pass.
 */
export function evaluateChecks(facts: Facts, policies: LoadedPolicies, now: Date): CheckResult[] {
  const memo = new Map<string, PolicyVerdict>()
  const inputs = [requestInputs(facts), ...facts.targets.map((target) => targetInputs(facts, target)), ...environmentInputs(facts)]
  return inputs.flatMap((input) => {
    const key = `${input.action}${canonicalJson(input.context)}`
    const verdict = memo.get(key) ?? policies.decide(input.action, facts.requester.id, input.subject ?? facts.tenant.id, input.context)
    memo.set(key, verdict)
    return CHECK_DEFINITIONS.filter((definition) => definition.scope === input.scope).map((definition) =>
      resultOf(definition, input, { verdict, policies, now, inputsHash: sha256Hex(key) }),
    )
  })
}

type Judging = { verdict: PolicyVerdict; policies: LoadedPolicies; now: Date; inputsHash: string }

function resultOf(definition: CheckDefinition, input: Inputs, judging: Judging): CheckResult {
  const need = input.needs[definition.id] ?? { facts: [], finding: () => '' }
  const judged = judge(definition, need.facts, judging)
  return {
    checkId: definition.id,
    checkVersion: definition.version,
    title: definition.title,
    severity: definition.severity,
    outcome: judged.outcome,
    reasonCode: judged.reason,
    subject: input.subject,
    finding: judged.why ?? need.finding(judged.outcome),
    remedy: definition.remedy,
    evidence: {
      sources: need.facts.map((fact) => ({
        source: fact.source,
        observedAt: fact.known ? fact.observedAt.toISOString() : null,
        detail: fact.known ? canonicalJson(fact.value) : fact.why,
      })),
      policyHash: judging.policies.hash,
    },
    inputsHash: judging.inputsHash,
  }
}

type Judged = { outcome: Outcome; reason: string; why?: string }

function judge(definition: CheckDefinition, facts: readonly Fact<unknown>[], { verdict, policies, now }: Judging): Judged {
  const missing = facts.find((fact) => !fact.known)
  if (missing && !missing.known) return { outcome: 'error', reason: 'fact_unknown', why: `${missing.source}: ${missing.why}` }
  const stale = facts.find((fact) => isStale(fact, definition, now))
  if (stale) return { outcome: 'error', reason: 'fact_stale', why: `${stale.source} was last read too long ago to rely on` }
  if (verdict.kind === 'broken') return { outcome: 'error', reason: 'policy_error', why: `the rules could not be evaluated: ${verdict.why}` }
  if (!policies.ids.has(definition.id)) return { outcome: 'error', reason: 'policy_missing', why: 'no rule in force decides this check' }
  const error = verdict.errors[definition.id]
  if (error) return { outcome: 'error', reason: 'policy_error', why: `the rule could not be evaluated: ${error}` }
  if (verdict.violated.includes(definition.id)) return { outcome: definition.severity === 'blocking' ? 'fail' : 'warn', reason: 'rule_violated' }
  const nothingPermits = !verdict.allowed && verdict.violated.length === 0 && Object.keys(verdict.errors).length === 0
  if (nothingPermits) return { outcome: 'error', reason: 'no_permit', why: 'no rule in force permits this at all' }
  return { outcome: 'pass', reason: 'rule_kept' }
}

function isStale(fact: Fact<unknown>, definition: CheckDefinition, now: Date): boolean {
  if (!fact.known || definition.freshMinutes === null) return false
  return now.getTime() - fact.observedAt.getTime() > definition.freshMinutes * 60_000
}
