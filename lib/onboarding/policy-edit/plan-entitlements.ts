import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { rulesOf } from '#lib/entitlements/cedar.ts'
import { sha256Hex } from '#lib/hash.ts'
import { type PlannedChange, RENDERER_VERSION } from '../plan-change.ts'
import type { EntitlementTerms } from './edit-policy.schema.ts'
import { termsItem } from './plan-policy.ts'

/**
 * Renders what the entitlement policy becomes, rule by rule: new, altered (with the text in force beside it), unchanged or gone; and the whole text,
 * which is what comes into force. Pure: same terms, same text in force, same hash.
 */
export function planEntitlementEdit(terms: EntitlementTerms, inForce: string): PlannedChange {
  const before = new Map(rulesOf(inForce).map(({ id, text }) => [id, text]))
  const rules = rulesOf(terms.text)
  const items = rules.map(({ id, text }, ordinal) =>
    ruleItem(id, ordinal, { text, was: before.get(id) }),
  )
  const gone = [...before]
    .filter(([id]) => !rules.some((rule) => rule.id === id))
    .map(([id, was], place) => ruleItem(id, rules.length + place, { was }))
  const whole = item({ path: 'terms/text', action: 'alter', ordinal: 0, body: terms.text })
  // what moves stands first: nobody looks for it among the rules that stay
  const moving = [...items, ...gone].sort((one, other) => staysLast(one) - staysLast(other))
  const ruled = moving.map((one, ordinal) => ({ ...one, ordinal }))
  const all = [...ruled, whole, termsItem({ ...terms, ends: false })]
  const hashes = hashPlan(
    all.map(({ section, path, action, hash }) => ({
      section: section as Section,
      path,
      action: action as PlanItem['action'],
      hash,
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items: all }
}

function staysLast({ action }: StoredItem): number {
  return action === 'keep' ? 1 : 0
}

function ruleItem(
  id: string,
  ordinal: number,
  { text, was }: { text?: string | undefined; was?: string | undefined },
): StoredItem {
  const action =
    text === undefined ? 'remove' : was === undefined ? 'create' : was === text ? 'keep' : 'alter'
  const previous =
    action === 'alter' && was !== undefined ? { hash: sha256Hex(was), body: was } : undefined
  return item({
    path: `policy/entitlements/${id}`,
    action,
    ordinal,
    body: text ?? was ?? '',
    ...(previous ? { previous } : {}),
  })
}

type Parts = Pick<StoredItem, 'path' | 'action' | 'ordinal' | 'body' | 'previous'>

function item({ body, ...parts }: Parts): StoredItem {
  const place = { clusterId: null, namespace: null }
  return {
    section: 'access',
    ...place,
    mediaType: 'text/plain',
    hash: sha256Hex(body),
    body,
    ...parts,
  }
}
