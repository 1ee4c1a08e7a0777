import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type Profile = {
  name: string
  email: string
  userName: string
  directory: string | null
  subject: string | null
  observedAt: string
  groups: string[]
  /** Roles with the group that gives each. */
  roles: { tenant: string; name: string; role: string; by: string }[]
  sessions: SessionRow[]
}

export type SessionRow = {
  id: string
  createdAt: string
  seenAt: string
  expiresAt: string
  userAgent: string | null
  methods: string[]
  multiFactor: boolean
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** What Stairway knows of the viewer, and where they are signed in. */
export async function readProfile(platform: Platform, viewer: Viewer): Promise<Profile | null> {
  const tenants = [...new Set([...Object.keys(viewer.roles), PLATFORM_TENANT])]
  const rows = await platform.db.inContext(
    { actor: viewer.id, tenants },
    (tx) => tx.$queryRaw<Profile[]>`
      select p.display_name as name, p.email, p.user_name as "userName", d.name as directory, p.subject,
        to_char(p.observed_at at time zone 'UTC', ${ISO}) as "observedAt",
        coalesce((select array_agg(g.name order by g.name) from group_member m join directory_group g on g.id = m.group_id where m.person_id = p.id and (m.expires_at is null or m.expires_at > now())), '{}') as groups,
        coalesce((select jsonb_agg(distinct jsonb_build_object('tenant', t.slug, 'name', t.name, 'role', s.role, 'by', coalesce(g.name, 'you by name')))
          from membership s join tenant t on t.id = s.tenant_id left join directory_group g on g.id = s.principal_id
          where s.principal_id = any(${[...viewer.principals]}) and (s.expires_at is null or s.expires_at > now())), '[]') as roles,
        coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'createdAt', to_char(s.created_at at time zone 'UTC', ${ISO}), 'seenAt', to_char(s.seen_at at time zone 'UTC', ${ISO}),
            'expiresAt', to_char(least(s.expires_at, s.idle_expires_at) at time zone 'UTC', ${ISO}), 'userAgent', s.user_agent, 'methods', s.amr, 'multiFactor', s.multi_factor) order by s.seen_at desc)
          from session s where s.person_id = p.id and s.revoked_at is null and s.expires_at > now() and s.idle_expires_at > now()), '[]') as sessions
      from person p left join directory d on d.id = p.directory_id where p.id = ${viewer.id}`,
  )
  return rows[0] ?? null
}
