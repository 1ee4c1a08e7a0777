import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { StandardBounds } from './standard.ts'
import { loadStandard, type StoredStandard } from './standard-store.ts'

export type StandardRow = {
  id: string
  name: string
  bounds: StandardBounds
  state: 'active' | 'suspended' | 'expired' | 'ended'
  owner: string | null
  expiresAt: string
  /** Its last day is over. */
  over: boolean
  suspended: { at: string; why: string } | null
  /** Changes that ended since it is in force, and how many of them succeeded. */
  ended: number
  succeeded: number
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Standard (pre-authorised) changes with their records, by name; those that were ended last. */
export async function readStandards(platform: Platform, viewer: Viewer): Promise<StandardRow[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<StandardRow[]>`
      select s.id, s.name, s.bounds, s.state, g.name as owner, to_char(s.expires_at at time zone 'UTC', ${ISO}) as "expiresAt", s.expires_at <= now() as over,
        case when s.suspended_at is not null then jsonb_build_object('at', to_char(s.suspended_at at time zone 'UTC', ${ISO}), 'why', coalesce(s.suspended_why, '')) end as suspended,
        r.ended, r.succeeded
      from standard_template s left join directory_group g on g.id = s.owner_id
        left join lateral (select count(*)::int as ended, (count(*) filter (where c.state = 'closed' and c.close_code is distinct from 'unsuccessful'))::int as succeeded
          from change c where c.standard_id = s.id and c.created_at >= s.in_force_since and c.state in ('closed','failed')) r on true
      order by s.state = 'ended', s.name`,
  )
}

/** One standard as its editor opens it; null when there is none of that id. */
export function readStandardToEdit(
  platform: Platform,
  viewer: Viewer,
  id: string,
): Promise<StoredStandard | null> {
  return platform.read(viewer, async (tx) => (await loadStandard(tx, id)) ?? null)
}

export type StandardChoices = {
  tenants: { slug: string; name: string }[]
  environments: string[]
  templates: { name: string; title: string }[]
  groups: string[]
}

/** What the editor of standards offers. */
export async function readStandardChoices(
  platform: Platform,
  viewer: Viewer,
): Promise<StandardChoices> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<StandardChoices[]>`
      select coalesce((select jsonb_agg(jsonb_build_object('slug', slug, 'name', name) order by name) from tenant where id <> ${PLATFORM_TENANT}), '[]') as tenants,
        coalesce((select jsonb_agg(name order by rank) from environment), '[]') as environments,
        coalesce((select jsonb_agg(jsonb_build_object('name', t.name, 'title', coalesce(c.display_name, t.name)) order by t.name)
          from template t left join ci c on c.class = 'template' and c.natural_key = t.name and c.retired_at is null), '[]') as templates,
        coalesce((select jsonb_agg(name order by name) from (select name from directory_group group by name having count(*) = 1 order by name limit 500) g), '[]') as groups`,
  )
  return row ?? { tenants: [], environments: [], templates: [], groups: [] }
}
