import { setImmediate } from 'node:timers/promises'
import { assessPolicyRisk } from '#lib/changes/risk.ts'
import type { Transaction } from '#lib/db/client.ts'
import { policyProblems, rulesOf } from '#lib/entitlements/cedar.ts'
import { loadEntitlementPolicy, loadPastRequests } from '#lib/entitlements/policy-store.ts'
import { type EntitlementReplay, replayEntitlements } from '#lib/entitlements/replay.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { loadRules } from '../load-rules.ts'
import type { Assessment } from '../seal-change.ts'
import { askedToEdit } from './assess-policy.ts'
import type { EntitlementTerms } from './edit-policy.schema.ts'
import { planEntitlementEdit } from './plan-entitlements.ts'

export type EntitlementEditError =
  | { code: 'policy_invalid'; problems: string[] }
  | { code: 'policy_unchanged' }
  | { code: 'policy_breaks'; problems: string[] }

export type AssessedEntitlements = Assessment & { terms: EntitlementTerms; loosened: string[] }

/**
 * The replay of another text over the last requests, on the facts that each was checked on; outside of any transaction, since it takes a
 * while. What Cedar refuses against the schema, in strict mode, warnings included, is not replayed.
 */
export async function replayText(
  platform: Pick<Platform, 'read'>,
  viewer: Viewer,
  { text, most }: { text: string; most: number },
): Promise<Result<EntitlementReplay, EntitlementEditError>> {
  const problems = policyProblems(text)
  if (problems.length > 0) return err({ code: 'policy_invalid', problems: problems.slice(0, 20) })
  const { before, past } = await platform.read(viewer, async (tx) => ({
    before: (await loadEntitlementPolicy(tx)).body,
    past: await loadPastRequests(tx, { most }),
  }))
  if (before === text) return err({ code: 'policy_unchanged' })
  return ok(await replayEntitlements(past, { before, after: text, pause: setImmediate }))
}

/** Plan, risk and stages of another text of the entitlement policy, whose replay is known. */
export async function assessEntitlements(
  tx: Transaction,
  { text, replay, barred }: { text: string; replay: EntitlementReplay; barred: readonly string[] },
): Promise<AssessedEntitlements> {
  const inForce = await loadEntitlementPolicy(tx)
  const terms = {
    subject: 'entitlements',
    name: 'Entitlements',
    base: inForce.version,
    text,
  } as const
  const loosened = loosenedBy(inForce.body, text, replay)
  const asked = await askedToEdit(tx, await loadRules(tx, PLATFORM_TENANT), barred)
  const risk = assessPolicyRisk({
    loosened,
    differ: replay.differ,
    finding: 'would have been answered otherwise',
  })
  return { terms, plan: planEntitlementEdit(terms, inForce.body), risk, loosened, ...asked }
}

function loosenedBy(before: string, after: string, { shown }: EntitlementReplay): string[] {
  const kept = new Set(rulesOf(after).map(({ id }) => id))
  const gone = rulesOf(before).filter(({ id }) => !kept.has(id))
  const opened = shown.filter(({ moved }) =>
    moved.some(
      (answer) =>
        ['fail', 'error'].includes(answer.before) && !['fail', 'error'].includes(answer.after),
    ),
  ).length
  return [
    ...gone.map(({ title }) => `“${title}” is gone`),
    ...(opened > 0 ? [`${opened} of the requests looked at would no longer be refused there`] : []),
  ]
}
