import type { Recurrence } from './recurrence.ts'

/**
 * `blackout`: nothing of its scope starts while it lasts. `maintenance_only`: what is in its scope starts only while it lasts. `restricted`: what is in its scope starts
 * while it lasts only once people of its group let it through.
 */
export const FREEZE_KINDS = ['blackout', 'maintenance_only', 'restricted'] as const
export type FreezeKind = (typeof FREEZE_KINDS)[number]

/** Slugs of tenants, names of environments and of clusters; an empty list is every one. */
export type FreezeScope = { tenants: string[]; environments: string[]; clusters: string[] }

/** A freeze as a person writes it down. */
export type FreezeDefinition = Recurrence & {
  name: string
  kind: FreezeKind
  reason: string
  /** Who answers for it: a team or a person, in words. */
  owner: string
  /** Name of the group that lets changes through; of a restricted freeze only. */
  approvers: string | null
  /** Flux is suspended too, for what is in its scope, while it holds. */
  holdsFlux: boolean
  scope: FreezeScope
}
