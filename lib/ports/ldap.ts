import type { RawEntry } from '#lib/directory/ldap/entry.ts'

/** How a directory server is reached; `password` is opened and never leaves the worker. */
export type LdapAccess = {
  /** `ldaps://dc1.bank.example`, with a port where it is not 636. */
  url: string
  bindDn: string
  password: string
  /** PEM; null is public authorities. */
  caPem: string | null
}

export type LdapSearch = {
  base: string
  scope: 'base' | 'sub'
  filter: string
  attributes: readonly string[]
  /** Those of them that are bytes. */
  bytes?: readonly string[]
}

/** An entry as the server gave it. */
export type LdapEntry = RawEntry

/** A signed-in session with a directory server. Every call may throw AdapterError. */
export type LdapSession = {
  /** Every entry that fits, fetched in pages; an answer that was cut short is an error, never a part. The base not being there is `base_not_found`. */
  search(search: LdapSearch): Promise<LdapEntry[]>
}

export type LdapDialer = {
  /**
   * Signs in, runs `use`, and ends the session whatever happens. Throws AdapterError: `not_allowed`, `unreachable`, `timeout`, `untrusted_certificate`, `unauthorised`, `forbidden`,
   * `base_not_found`, `too_large`, `too_many`, `server_error`, `invalid`. What `use` throws goes through.
   */
  withSession<T>(access: LdapAccess, use: (session: LdapSession) => Promise<T>): Promise<T>
}
