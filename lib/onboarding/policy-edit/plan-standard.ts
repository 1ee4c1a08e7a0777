import { canonicalJson } from '#lib/canonical.ts'
import { hashPlan, type PlanItem, type Section } from '#lib/changes/plan.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { StandardBounds } from '#lib/changes/standard.ts'
import { blockYaml } from '#lib/flux/block-yaml.ts'
import { sha256Hex } from '#lib/hash.ts'
import { type PlannedChange, RENDERER_VERSION } from '../plan-change.ts'
import type { StandardTerms } from './edit-standard.schema.ts'

export type StandardText = { bounds: StandardBounds; owner: string | null; until: string }

/** Renders what a standard becomes: its text as new, altered (with the one in force beside it) or ended, and what that means. Pure: same terms, same bytes. */
export function planStandardEdit(terms: StandardTerms, before: StandardText | null): PlannedChange {
  const body = textOf(terms.name, terms)
  const previous = before ? textOf(terms.name, before) : null
  const action = terms.ends ? 'remove' : previous === null ? 'create' : 'alter'
  const text: StoredItem = {
    ...{ section: 'access', path: `standard/${terms.name}`, action, ordinal: 0 },
    ...{ clusterId: null, namespace: null, mediaType: 'application/yaml' },
    ...{ hash: sha256Hex(body), body },
    ...(action === 'alter' && previous !== null
      ? { previous: { hash: sha256Hex(previous), body: previous } }
      : {}),
  }
  const items = [text, termsItem(terms)]
  const hashes = hashPlan(
    items.map(({ section, path, action: does, hash }) => ({
      ...{ section: section as Section, path, hash },
      action: does as PlanItem['action'],
    })),
  )
  return { ...hashes, rendererVersion: RENDERER_VERSION, items }
}

function textOf(name: string, { bounds, owner, until }: StandardText): string {
  // members in the order of the schema, whichever way they came
  const text = { name, owner: owner ?? 'nobody', until, bounds: StandardBounds.parse(bounds) }
  return blockYaml(text as Record<string, unknown>)
}

/** Binds the plan to the row that it replaces, and says what follows. */
function termsItem({ name, base, ends }: StandardTerms): StoredItem {
  const body = canonicalJson({
    standard: name,
    replaces: base === 0 ? 'nothing: it is new' : `row version ${base}`,
    becomes: ends ? 'not in force any more' : 'in force, with an empty record',
    takesEffect: 'when this change starts, for requests that are submitted after',
  })
  return {
    ...{ section: 'schedule', path: 'terms/standard', action: 'alter', ordinal: 0 },
    ...{ clusterId: null, namespace: null, mediaType: 'application/json' },
    ...{ hash: sha256Hex(body), body },
  }
}
