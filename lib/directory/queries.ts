import { holdsPlatform } from '#lib/auth/permissions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { Flavour, NameAttribute } from './ldap/flavours.ts'
import type { RemovalFacts } from './ldap/removal.ts'

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
  /** How it is read, and how that stands; null where it pushes by SCIM. */
  ldap: { terms: LdapTermsView; state: LdapStateView } | null
}

export type LdapTermsView = {
  flavour: Flavour
  url: string
  bindDn: string
  authority: boolean
  caPem: string
  peopleBase: string
  groupsBase: string
  nameAttribute: NameAttribute
  everyMinutes: number
  fullEvery: number
  maxRemovedPercent: number
  staleMinutes: number
}

export type LdapStateView = {
  /** When the last reading that was taken in whole began. */
  asOf: string | null
  fullAt: string | null
  nextAt: string
  reading: boolean
  stale: boolean
  skipped: number
  skippedSome: { dn: string; why: string }[]
  trouble: { reason: string; said: string; since: string } | null
  held: (RemovalFacts & { digest: string; since: string; accepted: boolean }) | null
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
          from (select * from directory_token x where x.directory_id = d.id order by x.revoked_at desc nulls first, x.created_at desc limit ${TOKENS}) t), '[]') as tokens,
        case when l.id is not null then jsonb_build_object(
          'terms', jsonb_build_object('flavour', l.flavour, 'url', l.url, 'bindDn', l.bind_dn, 'authority', l.ca_pem is not null, 'caPem', coalesce(l.ca_pem, ''), 'peopleBase', l.people_base, 'groupsBase', l.groups_base,
            'nameAttribute', l.name_attribute, 'everyMinutes', l.every_minutes, 'fullEvery', l.full_every, 'maxRemovedPercent', l.max_removed_percent, 'staleMinutes', l.stale_minutes),
          'state', jsonb_build_object('asOf', to_char(s.as_of at time zone 'UTC', ${ISO}), 'fullAt', to_char(s.full_at at time zone 'UTC', ${ISO}), 'nextAt', to_char(s.next_at at time zone 'UTC', ${ISO}),
            'reading', coalesce(s.lease_until > now(), false), 'stale', s.as_of is null or s.as_of < now() - make_interval(mins => l.stale_minutes), 'skipped', s.skipped, 'skippedSome', s.skipped_some,
            'trouble', case when s.trouble is not null then jsonb_build_object('reason', s.trouble_reason, 'said', s.trouble, 'since', to_char(s.trouble_since at time zone 'UTC', ${ISO})) end,
            'held', case when s.held is not null then s.held_facts || jsonb_build_object('digest', encode(s.held_digest, 'hex'), 'since', to_char(s.held_since at time zone 'UTC', ${ISO}), 'accepted', s.accepted is not distinct from s.held) end)) end as ldap
      from directory d left join ldap_setting l on l.id = d.id left join ldap_state s on s.directory_id = l.id order by d.name`,
  )
}
