import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Flavour, NameAttribute } from './ldap/flavours.ts'

export type LdapTerms = {
  flavour: Flavour
  url: string
  bindDn: string
  caPem: string | null
  peopleBase: string
  groupsBase: string
  nameAttribute: NameAttribute
  everyMinutes: number
  fullEvery: number
  maxRemovedPercent: number
  staleMinutes: number
}
type NewSecret = { id: string; purpose: string; sealed: Uint8Array<ArrayBuffer>; keyId: string }

export type LockedLdap = {
  id: string
  name: string
  kind: 'scim' | 'ldap'
  terms: (Pick<LdapTerms, 'url' | 'bindDn' | 'caPem'> & { secretId: string }) | null
}

/** A directory and how it is read, locked. */
export async function lockLdap(tx: Transaction, id: string): Promise<LockedLdap | undefined> {
  await tx.$queryRaw`select from directory where id = ${id} for update`
  const rows = await tx.$queryRaw<LockedLdap[]>`
    select d.id, d.name, d.kind, case when s.id is not null then jsonb_build_object('url', s.url, 'bindDn', s.bind_dn, 'caPem', s.ca_pem, 'secretId', s.secret_id) end as terms
    from directory d left join ldap_setting s on s.id = d.id where d.id = ${id}`
  return rows[0]
}

/** A new directory; answers its id. A name or an issuer that is taken is a unique violation. */
export async function insertDirectory(
  tx: Transaction,
  { name, issuer, subjectClaim }: { name: string; issuer: string; subjectClaim: string },
): Promise<string> {
  const id = newId('dir')
  await tx.$executeRaw`insert into directory (id, name, issuer, subject_claim) values (${id}, ${name}, ${issuer}, ${subjectClaim})`
  return id
}

/** Stores a sealed password in place of the one before it, which is revoked. */
export async function replacePassword(
  tx: Transaction,
  { old, secret }: { old: string | null; secret: NewSecret },
): Promise<void> {
  if (old) await revokePassword(tx, old)
  await tx.$executeRaw`
    insert into secret (id, tenant_id, purpose, sealed, key_id) values (${secret.id}, ${PLATFORM_TENANT}, ${secret.purpose}, ${secret.sealed}, ${secret.keyId})`
}

async function revokePassword(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`update secret set revoked_at = clock_timestamp() where id = ${id} and revoked_at is null`
}

/** Writes how a directory is read, from the beginning and at once. A directory that pushed by SCIM does so no more: its tokens end. */
export async function writeLdap(
  tx: Transaction,
  { id, secretId }: { id: string; secretId: string },
  terms: LdapTerms,
): Promise<void> {
  const { flavour, url, bindDn, caPem, peopleBase, groupsBase, nameAttribute } = terms
  const { everyMinutes, fullEvery, maxRemovedPercent, staleMinutes } = terms
  await tx.$executeRaw`
    insert into ldap_setting (id, flavour, url, bind_dn, secret_id, ca_pem, people_base, groups_base, name_attribute, every_minutes, full_every, max_removed_percent, stale_minutes)
    values (${id}, ${flavour}, ${url}, ${bindDn}, ${secretId}, ${caPem}, ${peopleBase}, ${groupsBase}, ${nameAttribute}, ${everyMinutes}, ${fullEvery}, ${maxRemovedPercent}, ${staleMinutes})
    on conflict (id) do update set flavour = excluded.flavour, url = excluded.url, bind_dn = excluded.bind_dn, secret_id = excluded.secret_id, ca_pem = excluded.ca_pem, people_base = excluded.people_base,
      groups_base = excluded.groups_base, name_attribute = excluded.name_attribute, every_minutes = excluded.every_minutes, full_every = excluded.full_every,
      max_removed_percent = excluded.max_removed_percent, stale_minutes = excluded.stale_minutes`
  await tx.$executeRaw`update directory set kind = 'ldap' where id = ${id} and kind <> 'ldap'`
  await tx.$executeRaw`update directory_token set revoked_at = now() where directory_id = ${id} and revoked_at is null`
  await tx.$executeRaw`
    insert into ldap_state (directory_id) values (${id})
    on conflict (directory_id) do update set server_id = null, cursor = null, failures = 0, next_at = clock_timestamp(), fence = ldap_state.fence + 1, lease_until = null,
      trouble_reason = null, trouble = null, trouble_since = null, held = null, held_digest = null, held_facts = null, held_since = null, accepted = null, held_told_at = null, late_told_at = null`
}

/** Reads a directory no more; who is known of it stays as they are. It may push by SCIM again. */
export async function dropLdap(
  tx: Transaction,
  { id, secretId }: { id: string; secretId: string },
): Promise<void> {
  await tx.$executeRaw`delete from ldap_entry where directory_id = ${id}`
  await tx.$executeRaw`delete from ldap_state where directory_id = ${id}`
  await tx.$executeRaw`delete from ldap_setting where id = ${id}`
  await tx.$executeRaw`update directory set kind = 'scim' where id = ${id}`
  await revokePassword(tx, secretId)
}

/** Lets exactly this removal go. False when it is not the one that is held (any more). */
export async function acceptHeldRemoval(
  tx: Transaction,
  id: string,
  digest: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const accepted = await tx.$executeRaw`
    update ldap_state set accepted = held, next_at = clock_timestamp() where directory_id = ${id} and held_digest = ${digest}`
  return accepted > 0
}

/** Reads it at once, and everybody. False when no such directory is read by LDAP. */
export async function readDirectorySoon(tx: Transaction, id: string): Promise<boolean> {
  const found = await tx.$executeRaw`
    update ldap_state set next_at = clock_timestamp(), cursor = null where directory_id = ${id}`
  return found > 0
}
