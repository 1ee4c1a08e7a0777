import type { Facts } from './facts.ts'

/** Raised when a fact is added, removed or means something else: what was kept under another number is not replayed. */
const FACTS_VERSION = 5
/** The one before sign-in, freezes and approvals were among the facts. */
const WITHOUT_HANDLING = 4
/** The one before recovery, dependencies and third parties were asked for. */
const WITHOUT_ASKED = 3
/** The one before there were access reviews: what was not known is not asked. */
const WITHOUT_ACCESS = 2
/** The one before there were further facts: its checks are replayed, those that are taken up are not asked. */
const WITHOUT_FURTHER = 1

const VERSIONS = [FACTS_VERSION, WITHOUT_HANDLING, WITHOUT_ASKED, WITHOUT_ACCESS, WITHOUT_FURTHER]

export type KeptFacts = { version: number; at: string; facts: unknown }

/** Facts as they are kept with the revision whose checks were made from them, at that time. */
export function keepFacts(facts: Facts, at: Date): KeptFacts {
  return { version: FACTS_VERSION, at: at.toISOString(), facts }
}

/** Facts that were kept, with their times as dates; undefined for those of another version. */
export function reviveFacts(kept: KeptFacts | null): { facts: Facts; at: Date } | undefined {
  if (!kept || !VERSIONS.includes(kept.version)) return undefined
  const facts = revived(kept.facts) as Facts
  return { facts: { ...facts, further: furtherOf(kept.version, facts) }, at: new Date(kept.at) }
}

function furtherOf(version: number, { further }: Facts): Facts['further'] {
  if (version === WITHOUT_FURTHER) return null
  if (!further || version > WITHOUT_HANDLING) return further
  return {
    ...{ ...further, handling: null },
    asked: version > WITHOUT_ASKED ? further.asked : null,
    access: version > WITHOUT_ACCESS ? further.access : null,
  }
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]): [string, unknown] => [
    key,
    key === 'observedAt' && typeof each === 'string' ? new Date(each) : revived(each),
  ])
  return Object.fromEntries(entries)
}
