import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import {
  acceptHeldRemoval,
  dropLdap,
  insertDirectory,
  type LockedLdap,
  lockLdap,
  readDirectorySoon,
  replacePassword,
  writeLdap,
} from '#lib/directory/ldap-setting-store.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { AcceptLeavers, EndLdap, ReadDirectory, SetLdap } from '../directory-ldap.schema.ts'
import { type UnfitCertificate, unfitCertificate } from '../unfit-certificate.ts'

export type LdapError =
  | { code: 'directory_not_found' }
  | { code: 'directory_taken' }
  | { code: 'directory_not_ldap' }
  | { code: 'directory_not_held' }
  | { code: 'ldap_password_missing' }
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | UnfitCertificate

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const
const TENANT = PLATFORM_TENANT

/**
 * Sets how a directory is read by LDAP: a new one, or one that pushed by SCIM until now, whose tokens end. It is read from the beginning, at once. The password is sealed before it is stored, and
 * kept only for the server, the authority and the account that it was given for.
 */
export async function setLdap(
  platform: Platform,
  viewer: Viewer,
  input: SetLdap,
): Promise<Result<{ directoryId: string }, LdapError>> {
  const url = input.url.replace(/\/$/, '')
  if (!platform.allowsOutbound(url)) return err({ code: 'endpoint_not_allowed', endpoint: url })
  const unfit = input.caPem ? unfitCertificate(input.caPem) : undefined
  if (unfit) return err(unfit)
  const work = async (tx: Transaction): Promise<Result<{ directoryId: string }, LdapError>> => {
    if (input.directoryId === null && input.password === '')
      return err({ code: 'ldap_password_missing' })
    const id = input.directoryId ?? (await insertDirectory(tx, input))
    const stored = await lockLdap(tx, id)
    if (!stored) return err({ code: 'directory_not_found' })
    if (input.password === '' && !isSameDoor(stored.terms, { ...input, url }))
      return err({ code: 'ldap_password_missing' })
    const old = stored.terms?.secretId ?? null
    const secretId =
      input.password === '' && old !== null
        ? old
        : await sealPassword(platform, tx, { id, password: input.password, old })
    const caPem = input.caPem || null
    await writeLdap(tx, { id, secretId }, { ...input, url, caPem })
    await platform.queue.enqueue(tx, 'directory.sync', { directoryId: id }, { key: id })
    await record(tx, {
      ...{ tenant: TENANT, action: 'directory.ldap_set', subject: id },
      payload: { ...told(input, url), directory: stored.name, before: stored.kind },
    })
    return ok({ directoryId: id })
  }
  try {
    return await platform.transact(viewer, { reason: input.reason, ...AS_ADMIN }, work)
  } catch (error) {
    if (sqlState(error) === '23505') return err({ code: 'directory_taken' })
    throw error
  }
}

type Door = { url: string; bindDn: string; caPem: string | null }

function isSameDoor(stored: LockedLdap['terms'], now: Door): boolean {
  return (
    stored !== null &&
    stored.url === now.url &&
    stored.bindDn === now.bindDn &&
    (stored.caPem ?? '') === (now.caPem ?? '')
  )
}

function told(input: SetLdap, url: string) {
  const { flavour, bindDn, peopleBase, groupsBase, nameAttribute, reason } = input
  const { everyMinutes, fullEvery, maxRemovedPercent, staleMinutes } = input
  return {
    ...{ url, flavour, bindDn, peopleBase, groupsBase, nameAttribute, reason },
    ...{ everyMinutes, fullEvery, maxRemovedPercent, staleMinutes },
    ...{ authority: input.caPem !== '', password: input.password === '' ? 'kept' : 'new' },
  }
}

async function sealPassword(
  { sealer }: Platform,
  tx: Transaction,
  { id, password, old }: { id: string; password: string; old: string | null },
): Promise<string> {
  const secret = { id: newId('sec'), purpose: `ldap-password:${id}` }
  const sealed = sealer.seal(password, { tenant: TENANT, ...secret })
  await replacePassword(tx, { old, secret: { ...secret, sealed, keyId: sealer.keyId } })
  return secret.id
}

/** Reads a directory by LDAP no more: its password is destroyed, who is known of it stays as they are, and it may push by SCIM. */
export function endLdap(
  platform: Platform,
  viewer: Viewer,
  { directoryId, reason }: EndLdap,
): Promise<Result<{ ended: true }, LdapError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ ended: true }, LdapError>> => {
      const stored = await lockLdap(tx, directoryId)
      if (!stored) return err({ code: 'directory_not_found' })
      if (!stored.terms) return err({ code: 'directory_not_ldap' })
      const { url, secretId } = stored.terms
      await dropLdap(tx, { id: directoryId, secretId })
      await record(tx, {
        ...{ tenant: TENANT, action: 'directory.ldap_ended', subject: directoryId },
        payload: { directory: stored.name, url, reason },
      })
      return ok({ ended: true })
    },
  )
}

/** Lets the very removal that is held go; another one is judged anew. */
export function acceptLeavers(
  platform: Platform,
  viewer: Viewer,
  { directoryId, digest, reason }: AcceptLeavers,
): Promise<Result<{ accepted: true }, LdapError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ accepted: true }, LdapError>> => {
      const bytes = new Uint8Array(Buffer.from(digest, 'hex'))
      if (!(await acceptHeldRemoval(tx, directoryId, bytes)))
        return err({ code: 'directory_not_held' })
      await platform.queue.enqueue(tx, 'directory.sync', { directoryId }, { key: directoryId })
      await record(tx, {
        ...{ tenant: TENANT, action: 'directory.removal_accepted', subject: directoryId },
        payload: { digest, reason },
      })
      return ok({ accepted: true })
    },
  )
}

/** Asks the worker to read a directory now, and everybody in it. */
export function readDirectoryNow(
  platform: Platform,
  viewer: Viewer,
  { directoryId }: ReadDirectory,
): Promise<Result<{ asked: true }, LdapError>> {
  return platform.transact(
    viewer,
    { reason: 'directory read by hand', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, LdapError>> => {
      if (!(await readDirectorySoon(tx, directoryId))) return err({ code: 'directory_not_ldap' })
      await platform.queue.enqueue(tx, 'directory.sync', { directoryId }, { key: directoryId })
      return ok({ asked: true })
    },
  )
}
