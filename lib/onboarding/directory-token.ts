import { randomBytes } from 'node:crypto'
import { record } from '#lib/audit/store.ts'
import {
  endDirectoryToken,
  insertDirectoryToken,
  lockDirectory,
} from '#lib/directory/token-store.ts'
import { sha256Bytes, sha256Hex } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { IssueDirectoryToken, RevokeDirectoryToken } from './directory-token.schema.ts'

export type DirectoryTokenError =
  | { code: 'directory_not_found' }
  | { code: 'directory_reads_ldap' }
  | { code: 'directory_tokens_enough'; live: number }
  | { code: 'directory_token_not_found' }

/** The one that is in use, and the one that takes its place. */
const MOST_LIVE = 2
const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/** Makes a directory's new bearer token. It is answered once and kept as its hash only; the one before stays valid until it is revoked. */
export async function issueDirectoryToken(
  platform: Platform,
  viewer: Viewer,
  { directoryId, reason }: IssueDirectoryToken,
): Promise<Result<{ token: string; mark: string }, DirectoryTokenError>> {
  const token = `scim_${randomBytes(32).toString('base64url')}`
  const mark = sha256Hex(token).slice(0, 12)
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ token: string; mark: string }, DirectoryTokenError>> => {
      const directory = await lockDirectory(tx, directoryId)
      if (!directory) return err({ code: 'directory_not_found' })
      if (directory.kind === 'ldap') return err({ code: 'directory_reads_ldap' })
      if (directory.live >= MOST_LIVE)
        return err({ code: 'directory_tokens_enough', live: directory.live })
      await insertDirectoryToken(tx, { directoryId, hash: sha256Bytes(token) })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'directory.token_issued',
        subject: directoryId,
        payload: { directory: directory.name, mark, reason },
      })
      return ok({ token, mark })
    },
  )
}

/** Ends one token of a directory: its next request is refused. Without another one the directory is cut off. */
export async function revokeDirectoryToken(
  platform: Platform,
  viewer: Viewer,
  { directoryId, mark, reason }: RevokeDirectoryToken,
): Promise<Result<{ mark: string }, DirectoryTokenError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ mark: string }, DirectoryTokenError>> => {
      const directory = await lockDirectory(tx, directoryId)
      if (!directory) return err({ code: 'directory_not_found' })
      if (!(await endDirectoryToken(tx, { directoryId, mark })))
        return err({ code: 'directory_token_not_found' })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'directory.token_revoked',
        subject: directoryId,
        payload: { directory: directory.name, mark, reason },
      })
      return ok({ mark })
    },
  )
}
