import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ShownPreference = {
  /** Null: they never said; each mail goes at once. */
  preference: { daily: boolean; hour: number; zone: string } | null
  /** Mails that wait for the next digest. */
  held: number
  lastAt: string | null
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** How the viewer wants their mails, and what is held for them. */
export async function readPreference(platform: Platform, viewer: Viewer): Promise<ShownPreference> {
  const [row] = await platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) => tx.$queryRaw<ShownPreference[]>`
      select (select jsonb_build_object('daily', p.daily, 'hour', p.hour, 'zone', p.zone) from notice_preference p where p.person_id = ${viewer.id}) as preference,
        (select count(*)::int from delivery d where d.person_id = ${viewer.id} and d.state = 'held') as held,
        (select to_char(max(g.made_at) at time zone 'UTC', ${ISO}) from notice_digest g where g.person_id = ${viewer.id}) as "lastAt"`,
  )
  return row ?? { preference: null, held: 0, lastAt: null }
}
