import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ReviewShown = {
  incident: string
  why: string
  hours: number
  dueAt: string | null
  /** Names of the people who may review it and neither asked for it, edited nor voted on it. */
  people: string[]
  /** The viewer is one of them. */
  mine: boolean
  done: {
    by: string
    at: string
    happened: string
    justified: boolean
    outcome: string
    followUps: string
  } | null
}

/** The review that an emergency change owes or had; null where there is none, or it is not the viewer's to see. */
export async function readReview(
  platform: Platform,
  viewer: Viewer,
  changeId: string,
): Promise<ReviewShown | null> {
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<ReviewShown[]>`
    with may as (
      select distinct p.id, p.name from emergency_review r cross join lateral unnest(r.principals) q(id) cross join lateral app.people_behind(q.id) p
      where r.change_id = ${changeId} and app.may_fill(p.id, q.id, r.tenant_id) and not exists (select from change_barred b where b.change_id = r.change_id and b.person_id = p.id)
        and not exists (select from decision d join change c on c.id = d.change_id and c.revision = d.revision where d.change_id = r.change_id and p.id in (d.decider_id, d.delegator_id)))
    select r.incident, r.why, r.hours, to_char(r.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "dueAt",
      (select coalesce(array_agg(name order by name), '{}') from may) as people, exists (select from may where id = ${viewer.id}) as mine,
      case when r.reviewed_at is not null then jsonb_build_object('by', p.display_name, 'at', to_char(r.reviewed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'happened', r.happened, 'justified', r.justified, 'outcome', r.outcome, 'followUps', r.follow_ups) end as done
    from emergency_review r join change c on c.id = r.change_id and c.type = 'emergency' left join person p on p.id = r.reviewed_by where r.change_id = ${changeId}`,
  )
  return rows[0] ?? null
}
