import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { LoadedPolicies, PolicyRule, PolicyVerdict } from './cedar.ts'
import type { CheckResult, Outcome } from './check-result.ts'
import type { CheckDefinition } from './definition.ts'
import { CHECK_DEFINITIONS, HOUSE_RULE } from './definitions.ts'
import type { Fact, Facts } from './facts.ts'
import type { Inputs, Need } from './inputs.ts'
import { requestInputs } from './request-inputs.ts'
import { environmentInputs, targetInputs } from './target-inputs.ts'
import { waivableHouseRule, waivableOf } from './waivable.ts'

const CHECK_IDS = new Set(CHECK_DEFINITIONS.map((definition) => definition.id))
/** Nothing that the asker chooses mends a source that was not read. */
const UNREAD: CheckDefinition['remedy'] = {
  text: 'Ask the platform team to see to the source; nothing on this form mends it.',
  who: 'the platform team',
  field: null,
}
const UNFOUNDED: Need = { facts: [], finding: () => '', reason: () => undefined }

/**
 * Evaluates every check over the facts, all at once. A fact that is not known or too old gives `error`; a policy that errors, is missing
 * or permits nothing gives `error`; neither is ever a pass. Policies besides the checks' own are results too, as house rules.
 */
export function evaluateChecks(facts: Facts, policies: LoadedPolicies, now: Date): CheckResult[] {
  const memo = new Map<string, PolicyVerdict>()
  const inputs = [
    requestInputs(facts),
    ...facts.targets.map((target) => targetInputs(facts, target)),
    ...environmentInputs(facts),
  ]
  return inputs.flatMap((input) => {
    const key = `${input.action} ${canonicalJson(input.context)}`
    const verdict = memo.get(key) ?? ask(policies, input, facts)
    memo.set(key, verdict)
    const judging = {
      input,
      verdict,
      policies,
      now,
      inputsHash: sha256Hex(`${key} ${input.subject}`),
    }
    const own = CHECK_DEFINITIONS.filter(
      (definition) =>
        definition.scope === input.scope &&
        isAsked(definition, facts, policies) &&
        !(definition.takenUp && input.needs[definition.id] === undefined),
    )
    return [...own.map((definition) => resultOf(definition, judging)), ...houseResults(judging)]
  })
}

/** A check that is taken up is asked where a rule in force says so; not of facts that were kept before there were such. */
function isAsked({ takenUp, id }: CheckDefinition, facts: Facts, policies: LoadedPolicies) {
  return !takenUp || (facts.further !== null && policies.rules.get(id)?.effect === 'forbid')
}

function ask(
  policies: LoadedPolicies,
  { action, subject, context }: Inputs,
  facts: Facts,
): PolicyVerdict {
  return policies.decide({
    action,
    principal: facts.requester.id,
    resource: subject ?? facts.tenant.id,
    context,
  })
}

type Judging = {
  input: Inputs
  verdict: PolicyVerdict
  policies: LoadedPolicies
  now: Date
  inputsHash: string
}

function resultOf(definition: CheckDefinition, judging: Judging): CheckResult {
  const need = judging.input.needs[definition.id] ?? UNFOUNDED
  const judged = judge(definition, need, judging)
  return {
    checkId: definition.id,
    checkVersion: definition.version,
    title: definition.title,
    severity: definition.severity,
    outcome: judged.outcome,
    reasonCode: judged.reason,
    subject: judging.input.subject,
    finding: judged.why ?? need.finding(judged.outcome),
    remedy: definition.takenUp && judged.outcome === 'error' ? UNREAD : definition.remedy,
    evidence: { sources: sourcesOf(need), policyHash: judging.policies.hash },
    inputsHash: judging.inputsHash,
    waivable: waivableOf(definition, need, judged),
  }
}

function sourcesOf({ facts, besides = [] }: Need): CheckResult['evidence']['sources'] {
  return [...facts, ...besides].map(sourceOf)
}

function sourceOf(fact: Fact<unknown>): CheckResult['evidence']['sources'][number] {
  return {
    source: fact.source,
    observedAt: fact.known ? fact.observedAt.toISOString() : null,
    detail: fact.known ? canonicalJson(fact.value) : fact.why,
  }
}

type Judged = { outcome: Outcome; reason: string; why?: string }

function judge(
  definition: CheckDefinition,
  need: Need,
  { verdict, policies, now }: Judging,
): Judged {
  if (need.unasked && isKept(definition, verdict))
    return { outcome: 'not_applicable', reason: 'not_asked' }
  const missing = need.facts.find((fact) => !fact.known)
  if (missing && !missing.known) return error('fact_unknown', `${missing.source}: ${missing.why}`)
  const stale = need.facts.find((fact) => isStale(fact, definition, now))
  if (stale) return error('fact_stale', `${stale.source} was last read too long ago to rely on`)
  if (verdict.kind === 'broken')
    return error('policy_error', `the rules could not be evaluated: ${verdict.why}`)
  if (policies.rules.get(definition.id)?.effect !== 'forbid') {
    return error('policy_missing', 'no rule in force decides this check')
  }
  const failure = verdict.errors[definition.id]
  if (failure !== undefined)
    return error('policy_error', `the rule could not be evaluated: ${failure}`)
  if (verdict.violated.includes(definition.id)) {
    return { outcome: violation(definition.severity), reason: need.reason() ?? 'rule_violated' }
  }
  if (!verdict.permitted) return error('no_permit', 'no rule in force permits this at all')
  if (need.moot) return { outcome: 'not_applicable', reason: 'not_asked' }
  const doubt = need.doubt?.()
  return doubt === undefined
    ? { outcome: 'pass', reason: 'rule_kept' }
    : { outcome: 'warn', reason: doubt }
}

function isKept({ id }: CheckDefinition, verdict: PolicyVerdict): boolean {
  return (
    verdict.kind === 'decided' &&
    verdict.permitted &&
    verdict.errors[id] === undefined &&
    !verdict.violated.includes(id)
  )
}

function error(reason: string, why: string): Judged {
  return { outcome: 'error', reason, why }
}

function violation(severity: CheckDefinition['severity']): Outcome {
  return severity === 'blocking' ? 'fail' : 'warn'
}

function isStale(fact: Fact<unknown>, definition: CheckDefinition, now: Date): boolean {
  if (!fact.known || definition.freshMinutes === null) return false
  return now.getTime() - fact.observedAt.getTime() > definition.freshMinutes * 60_000
}

/** Results of the policies an organisation added, and of any permit that could not be evaluated. */
function houseResults(judging: Judging): CheckResult[] {
  const { input, policies, verdict } = judging
  if (verdict.kind === 'broken') return []
  return [...policies.rules.values()]
    .filter((rule) => !CHECK_IDS.has(rule.id) && rule.actions.has(input.action))
    .filter((rule) => rule.effect === 'forbid' || verdict.errors[rule.id] !== undefined)
    .map((rule) => houseResult(rule, verdict, judging))
}

type Decided = Extract<PolicyVerdict, { kind: 'decided' }>

function houseResult(
  rule: PolicyRule,
  verdict: Decided,
  { input, policies, inputsHash }: Judging,
): CheckResult {
  const failure = verdict.errors[rule.id]
  const violated = verdict.violated.includes(rule.id)
  const kept = violated ? violation(rule.severity) : 'pass'
  const outcome = failure === undefined ? kept : 'error'
  return {
    checkId: HOUSE_RULE.id,
    checkVersion: HOUSE_RULE.version,
    title: rule.title ?? rule.id,
    severity: rule.severity,
    outcome,
    reasonCode: rule.id,
    subject: input.subject,
    finding:
      failure === undefined
        ? houseFinding(rule, violated)
        : `the rule could not be evaluated: ${failure}`,
    remedy: {
      text: rule.remedy ?? HOUSE_RULE.remedy.text,
      who: rule.who ?? HOUSE_RULE.remedy.who,
      field: null,
    },
    evidence: {
      sources: Object.values(input.needs).flatMap(sourcesOf),
      policyHash: policies.hash,
    },
    inputsHash,
    waivable: waivableHouseRule(rule, outcome, input),
  }
}

function houseFinding(rule: PolicyRule, violated: boolean): string {
  return violated ? `rule \`${rule.id}\` refuses this` : `rule \`${rule.id}\` is kept`
}
