import { holdsPlatform } from '#lib/auth/permissions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type DirectoryRow = {
  id: string
  name: string
  issuer: string
  /** The issuer's claim that equals a person's external id. */
  subjectClaim: string
  people: number
  groups: number
  /** When it last told of a person or a group. */
  syncedAt: string | null
  tokens: DirectoryToken[]
}

export type DirectoryToken = {
  /** First digits of its hash: what it is called here and in the audit. */
  mark: string
  createdAt: string
  usedAt: string | null
  expiresAt: string | null
  revokedAt: string | null
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
const TOKENS = 6

/** Directories by name with their newest tokens, for whoever manages the platform; nobody else is told of any. */
export async function readDirectories(platform: Platform, viewer: Viewer): Promise<DirectoryRow[]> {
  if (!holdsPlatform(viewer, 'platform.manage')) return []
  // Not read across the wall as other pages are: that role may not see tokens.
  return platform.db.inContext(
    { actor: viewer.id, tenants: [PLATFORM_TENANT] },
    (tx) => tx.$queryRaw<DirectoryRow[]>`
      select d.id, d.name, d.issuer, d.subject_claim as "subjectClaim",
        (select count(*)::int from person p where p.directory_id = d.id and p.status = 'active') as people,
        (select count(*)::int from directory_group g where g.directory_id = d.id and g.observed_at is not null) as groups,
        to_char(greatest((select max(p.observed_at) from person p where p.directory_id = d.id), (select max(g.observed_at) from directory_group g where g.directory_id = d.id)) at time zone 'UTC', ${ISO}) as "syncedAt",
        coalesce((select jsonb_agg(jsonb_build_object('mark', left(encode(t.token_hash, 'hex'), 12), 'createdAt', to_char(t.created_at at time zone 'UTC', ${ISO}),
            'usedAt', to_char(t.used_at at time zone 'UTC', ${ISO}), 'expiresAt', to_char(t.expires_at at time zone 'UTC', ${ISO}), 'revokedAt', to_char(t.revoked_at at time zone 'UTC', ${ISO})))
          from (select * from directory_token x where x.directory_id = d.id order by x.revoked_at desc nulls first, x.created_at desc limit ${TOKENS}) t), '[]') as tokens
      from directory d order by d.name`,
  )
}
