import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RebuildView } from './rebuild-view.ts'

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** The rebuild of a cluster that goes on, or the last one that ended within a day; null where there is none. */
export async function readRebuild(
  platform: Platform,
  viewer: Viewer,
  clusterId: string,
): Promise<RebuildView | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<RebuildView[]>`
      select r.cause, r.state, r.detail, to_char(r.began_at at time zone 'UTC', ${ISO}) as "beganAt", to_char(r.ended_at at time zone 'UTC', ${ISO}) as "endedAt",
        (select count(*)::int from target t join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null
          where t.cluster_id = r.cluster_id and t.state in ('primed','drifted')) as total,
        d.primed, d.ready, d.failed
      from cluster_rebuild r cross join lateral (
        select count(*) filter (where p.state = 'done')::int as primed,
          count(*) filter (where p.state = 'done' and s.status in ('ready','suspended') and k.polled_at > p.ended_at)::int as ready,
          coalesce(jsonb_agg(jsonb_build_object('namespace', t.namespace, 'why', p.detail) order by t.namespace) filter (where p.state = 'failed'), '[]') as failed
        from drift_repair p join target t on t.id = p.target_id join cluster_state k on k.cluster_id = t.cluster_id
          left join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace and i.retired_at is null left join instance_state s on s.instance_id = i.id
        where p.rebuild_id = r.id) d
      where r.cluster_id = ${clusterId} and (r.ended_at is null or r.ended_at > clock_timestamp() - interval '1 day') order by r.began_at desc limit 1`,
  )
  return row ?? null
}
