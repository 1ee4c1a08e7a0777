import { Client, type Entry } from 'ldapts'
import { AdapterError } from '#lib/adapter-error.ts'
import type { LdapAccess, LdapDialer, LdapEntry, LdapSearch, LdapSession } from '#lib/ports/ldap.ts'
import { failureOf } from './errors.ts'

export type LdapOptions = {
  /** Is this address on the allow-list? */
  allows(url: string): boolean
  /** For each answer. */
  timeoutMs?: number
}

const TIMEOUT_MS = 30_000
/** Entries of a page; Active Directory gives at most 1000. */
const PAGE = 500

/** Sessions with directory servers, by LDAPS only and always verified. */
export function createLdapDialer({ allows, timeoutMs = TIMEOUT_MS }: LdapOptions): LdapDialer {
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
        await client.bind(access.bindDn, access.password)
        return await use(sessionOf(client, access))
      } catch (error) {
        throw failureOf('sign in', error, access.password)
      } finally {
        await client.unbind().catch(() => undefined)
      }
    },
  }
}

function sessionOf(client: Client, { password }: LdapAccess): LdapSession {
  return {
    async search(search) {
      try {
        const found: LdapEntry[] = []
        for await (const entry of pagesOf(client, search)) found.push(rawOf(entry, search))
        return found
      } catch (error) {
        throw failureOf(`read ${search.base || 'the root entry'}`, error, password)
      }
    },
  }
}

async function* pagesOf(client: Client, search: LdapSearch): AsyncGenerator<Entry> {
  const { base, scope, filter, attributes, bytes = [] } = search
  const options = {
    ...{ scope, filter, attributes: [...attributes] },
    explicitBufferAttributes: [...bytes],
    derefAliases: 'never' as const,
  }
  if (scope === 'base') {
    yield* (await client.search(base, options)).searchEntries
    return
  }
  for await (const page of client.searchPaginated(base, { ...options, paged: { pageSize: PAGE } }))
    yield* page.searchEntries
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

function refused(detail: string): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: 'sign in', reason: 'not_allowed', retryable: false, detail },
  })
}
