import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import type { PolicyText } from '#lib/changes/policy-loosens.ts'
import { blockYaml } from '#lib/flux/block-yaml.ts'
import { sha256Hex } from '#lib/hash.ts'
import { type PlannedChange, RENDERER_VERSION } from '../plan-change.ts'
import type { ApprovalTerms } from './edit-policy.schema.ts'

/**
 * Renders what a policy becomes: its exact text as new, altered (with the text in force beside it) or no longer in force, and the version that it
 * replaces. Pure: same terms, same bytes, same hash.
 */
export function planPolicyEdit(terms: ApprovalTerms, before: PolicyText | null): PlannedChange {
  const body = textOf(terms.name, terms)
  const action = terms.ends ? 'remove' : before ? 'alter' : 'create'
  const previous = before ? textOf(terms.name, before) : null
  const policy: StoredItem = {
    section: 'access',
    path: `policy/${terms.name}`,
    ...{ action, ordinal: 0, clusterId: null, namespace: null },
    mediaType: 'application/yaml',
    hash: sha256Hex(body),
    body,
    ...(action === 'alter' && previous !== null
      ? { previous: { hash: sha256Hex(previous), body: previous } }
      : {}),
  }
  const items = [policy, termsItem(terms)]
  const hashes = hashPlan(
    items.map(({ section, path, action: does, hash }) => ({
      section: section as Section,
      path,
      action: does as PlanItem['action'],
      hash,
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items }
}

function textOf(name: string, { scope, body }: PolicyText): string {
  return blockYaml({ name, speaksAbout: scope, stages: body.stages } as Record<string, unknown>)
}

/** Binds the plan to the version that it replaces. */
export function termsItem(terms: { name: string; base: number; ends: boolean }): StoredItem {
  const body = canonicalJson({
    policy: terms.name,
    replaces: terms.base === 0 ? 'nothing: it is new' : `version ${terms.base}`,
    becomes: terms.ends ? 'not in force any more' : `version ${terms.base + 1}`,
    takesEffect: 'when this change starts, for changes that are submitted after',
    openChanges: 'keep the stages that they were submitted under',
  })
  return {
    section: 'schedule',
    path: 'terms/policy',
    ...{ action: 'alter', ordinal: 0, clusterId: null, namespace: null },
    mediaType: 'application/json',
    hash: sha256Hex(body),
    body,
  }
}
