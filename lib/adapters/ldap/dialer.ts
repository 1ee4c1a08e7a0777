import { Client, type Entry } from 'ldapts'
import { AdapterError } from '#lib/adapter-error.ts'
import type { LdapAccess, LdapDialer, LdapEntry, LdapSearch, LdapSession } from '#lib/ports/ldap.ts'
import { failureOf } from './errors.ts'
import { pagesOf } from './pages.ts'

export type LdapOptions = {
  /** Is this address on the allow-list? */
  allows(url: string): boolean
  /** For each answer. */
  timeoutMs?: number
  /** Entries that one search may give: what is read is held in memory, beside all else that the worker does. */
  mostEntries?: number
}

const TIMEOUT_MS = 30_000
const MOST_ENTRIES = 300_000

/** Sessions with directory servers, by LDAPS only and always verified. */
export function createLdapDialer(options: LdapOptions): LdapDialer {
  const { allows, timeoutMs = TIMEOUT_MS, mostEntries = MOST_ENTRIES } = options
  return {
    async withSession(access, use) {
      if (!allows(access.url)) throw refused(`${access.url} is not in OUTBOUND_ALLOW`)
      if (!access.url.startsWith('ldaps://'))
        throw refused('only ldaps: a password would go in the clear')
      const client = new Client({
        url: access.url,
        timeout: timeoutMs,
        connectTimeout: timeoutMs,
        tlsOptions: {
          minVersion: 'TLSv1.2',
          rejectUnauthorized: true,
          ...(access.caPem ? { ca: access.caPem } : {}),
        },
      })
      try {
        await client.bind(access.bindDn, access.password).catch((error: unknown) => {
          throw failureOf('sign in', error, access.password)
        })
        return await use(sessionOf(client, access, { timeoutMs, mostEntries }))
      } finally {
        await client.unbind().catch(() => undefined)
      }
    },
  }
}

type Limits = { timeoutMs: number; mostEntries: number }

function sessionOf(
  client: Client,
  { password }: LdapAccess,
  { timeoutMs, mostEntries }: Limits,
): LdapSession {
  return {
    async search(search) {
      const operation = `read ${search.base || 'the root entry'}`
      try {
        const found: LdapEntry[] = []
        for await (const entry of pagesOf(client, search, timeoutMs)) {
          if (found.length >= mostEntries) throw tooMany(operation, mostEntries)
          found.push(rawOf(entry, search))
        }
        return found
      } catch (error) {
        throw failureOf(operation, error, password)
      }
    },
  }
}

function rawOf({ dn, ...rest }: Entry, { bytes = [] }: LdapSearch): LdapEntry {
  const asBytes = new Set(bytes.map((name) => name.toLowerCase()))
  const texts = new Map<string, string[]>()
  const raw = new Map<string, Uint8Array>()
  for (const [name, value] of Object.entries(rest)) {
    const key = name.toLowerCase()
    const values = Array.isArray(value) ? value : [value]
    if (asBytes.has(key)) {
      const [first] = values
      if (first instanceof Uint8Array) raw.set(key, first)
      continue
    }
    texts.set(
      key,
      values.map((one) => (typeof one === 'string' ? one : Buffer.from(one).toString('utf8'))),
    )
  }
  return { dn, texts, bytes: raw }
}

function tooMany(operation: string, most: number): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation, reason: 'too_many', retryable: false },
    detail: `there are more than ${most} entries below this base`,
  })
}

function refused(detail: string): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: 'sign in', reason: 'not_allowed', retryable: false, detail },
  })
}
