/** A directory that is read by LDAP, as its page shows it. */
export type LdapTermsShown = {
  flavour: 'active_directory' | 'openldap'
  url: string
  bindDn: string
  authority: boolean
  peopleBase: string
  groupsBase: string
  nameAttribute: string
  everyMinutes: number
  fullEvery: number
  maxRemovedPercent: number
  staleMinutes: number
}

type Count = { removed: number; of: number }

export type LdapHeld = {
  digest: string
  since: string
  accepted: boolean
  people: Count
  members: Count
  who: readonly { name: string; userName: string; what: 'disabled' | 'removed' }[]
  groups: readonly { name: string; lost: number; of: number; dropped: boolean }[]
  /** Who went within the day before without being asked about. */
  lately?: { people: number; members: number }
}

export type LdapState = {
  asOf: string | null
  fullAt: string | null
  nextAt: string
  reading: boolean
  stale: boolean
  skipped: number
  skippedSome: readonly { dn: string; why: string }[]
  trouble: { reason: string; said: string; since: string } | null
  held: LdapHeld | null
}
