import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'

/** Parts of a plan that are approved, and voided, separately. */
export const SECTIONS = [
  'identity',
  'data',
  'access',
  'network',
  'capacity',
  'repository',
  'schedule',
] as const
export type Section = (typeof SECTIONS)[number]

/** One thing a change creates, alters or removes. `hash` is the SHA-256 of its exact bytes, hex. */
export type PlanItem = {
  section: Section
  path: string
  action: 'create' | 'alter' | 'remove' | 'keep'
  hash: string
}

export type PlanHashes = { hash: string; sections: Record<Section, string> }

/**
 * Hashes a plan: per section SHA-256 over the RFC 8785 text of its items sorted by path, then SHA-256 over the RFC 8785 text of all seven section hashes.
 * The order of the items does not matter; two items of one section may not share a path (throws).
 */
export function hashPlan(items: readonly PlanItem[]): PlanHashes {
  const sections = Object.fromEntries(
    SECTIONS.map((section) => [section, hashSection(items, section)]),
  ) as Record<Section, string>
  return { hash: hashOfSections(sections), sections }
}

/** Hash of a plan from the hashes of its sections: SHA-256 over their RFC 8785 text. */
export function hashOfSections(sections: Readonly<Record<string, string>>): string {
  return sha256Hex(canonicalJson(sections))
}

/** Sections whose hashes differ. */
export function movedSections(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Section[] {
  return SECTIONS.filter((section) => before[section] !== after[section])
}

export type PlanDifference = {
  path: string
  section: string
  kind: 'added' | 'removed' | 'changed'
  before: string | null
  after: string | null
}

/** Items that differ between two plans, by section and path; empty exactly when no section moved. */
export function diffPlans(
  before: readonly PlanItem[],
  after: readonly PlanItem[],
): PlanDifference[] {
  const old = new Map(before.map((item) => [keyOf(item), item]))
  const fresh = new Map(after.map((item) => [keyOf(item), item]))
  const keys = [...new Set([...old.keys(), ...fresh.keys()])].sort()
  return keys.flatMap((key) => differenceOf(old.get(key), fresh.get(key)))
}

function keyOf({ section, path }: PlanItem): string {
  return `${SECTIONS.indexOf(section)} ${path}`
}

function differenceOf(was: PlanItem | undefined, is: PlanItem | undefined): PlanDifference[] {
  const item = is ?? was
  if (!item || (was && is && was.hash === is.hash && was.action === is.action)) return []
  const kind = was && is ? 'changed' : is ? 'added' : 'removed'
  return [
    {
      path: item.path,
      section: item.section,
      kind,
      before: was?.hash ?? null,
      after: is?.hash ?? null,
    },
  ]
}

function hashSection(items: readonly PlanItem[], section: Section): string {
  const own = items
    .filter((item) => item.section === section)
    .map(({ path, action, hash }) => ({ path, action, hash }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  own.forEach((item, index) => {
    if (own[index + 1]?.path === item.path) throw new Error(`two plan items at ${item.path}`)
  })
  return sha256Hex(canonicalJson(own))
}
