/** What a check is asked about: the request, each target, each environment; `house` stands for the rules an organisation adds itself. */
export type CheckScope = 'request' | 'target' | 'environment' | 'house'

/**
 * Who may live with a failure of the check for a while, and how long at most: never who asked. `reasons` are the findings that may be lived with; null: any.
 * A check that says nothing of it is waived by nobody, whatever their role.
 */
export type Waivability = {
  by: WaivedBy
  maxDays: number
  reasons: readonly string[] | null
  secondPerson: true
}

/** An owner of the tenant, or an administrator of the platform. */
export type WaivedBy = 'tenant_owner' | 'platform'

/** One check as data: what it is called, how much it weighs, who can mend it, how old its facts may be. */
export type CheckDefinition = {
  id: string
  version: number
  title: string
  severity: 'blocking' | 'advisory'
  waivable: Waivability | false
  maxWaiverDays: number | null
  scope: CheckScope
  /** Oldest acceptable facts, minutes; null: rows of our own, read in the same transaction. */
  freshMinutes: number | null
  remedy: { text: string; who: string; field: string | null }
  /** Asked only where the policy in force has a rule for it: an organisation takes it up, or drops it, under four eyes. Others are asked always, and one without a rule is an error. */
  takenUp: boolean
}

type Terms = {
  who: string
  field?: string
  remedy: string
  freshMinutes?: number
  /** Raised with whatever else here changes: results name the version that they were made by. */
  version?: number
  waivable?: Omit<Waivability, 'secondPerson'>
  severity?: CheckDefinition['severity']
  takenUp?: true
}

/** Minutes of a day. */
export const DAY = 24 * 60

/** A check from its terms: blocking, waived by nobody, asked always, unless they say otherwise. */
export function define(
  id: string,
  title: string,
  scope: CheckScope,
  terms: Terms,
): CheckDefinition {
  return {
    id,
    version: terms.version ?? 1,
    title,
    severity: terms.severity ?? 'blocking',
    waivable: terms.waivable ? { ...terms.waivable, secondPerson: true } : false,
    maxWaiverDays: terms.waivable?.maxDays ?? null,
    scope,
    freshMinutes: terms.freshMinutes ?? null,
    remedy: { text: terms.remedy, who: terms.who, field: terms.field ?? null },
    takenUp: terms.takenUp ?? false,
  }
}
