import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { Difference, Finding } from './drift/finding.ts'

export type DriftedObject = {
  kind: string
  name: string
  drift: Finding['drift']
  differences: Difference[]
  firstSeen: string
  lastSeen: string
}

export type DriftedInstance = {
  instanceId: string
  environment: string
  cluster: string
  namespace: string
  policy: 'report' | 'repair' | 'approve'
  objects: DriftedObject[]
  /** The repair asked for last: one that is open, or one that ended within the day. */
  repair: {
    id: string
    state: 'proposed' | 'asked' | 'done' | 'failed'
    by: string
    byId: string
    at: string
    reason: string
    takeOver: boolean
    detail: string | null
  } | null
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Instances of a service where something differs from what was approved, or where a repair was lately; at most 50. */
export async function readDrift(
  platform: Platform,
  viewer: Viewer,
  serviceId: string,
): Promise<DriftedInstance[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<DriftedInstance[]>`
      select i.id as "instanceId", i.environment, c.name as cluster, i.namespace,
        coalesce(p.policy, case when e.production then 'report' else 'repair' end) as policy, f.objects,
        case when r.id is not null then jsonb_build_object('id', r.id, 'state', r.state, 'by', coalesce(w.display_name, 'Stairway'), 'byId', r.asked_by,
          'at', to_char(r.asked_at at time zone 'UTC', ${ISO}), 'reason', r.reason, 'takeOver', r.take_over, 'detail', r.detail) end as repair
      from service_instance i join target t on t.cluster_id = i.cluster_id and t.namespace = i.namespace join cluster c on c.id = i.cluster_id
        join environment e on e.name = i.environment left join drift_policy p on p.tenant_id = i.tenant_id and p.environment = i.environment
        cross join lateral (select coalesce(jsonb_agg(jsonb_build_object('kind', d.kind, 'name', d.name, 'drift', d.drift, 'differences', d.differences,
            'firstSeen', to_char(d.first_seen at time zone 'UTC', ${ISO}), 'lastSeen', to_char(d.last_seen at time zone 'UTC', ${ISO})) order by d.first_seen, d.kind, d.name), '[]') as objects
          from drift_finding d where d.target_id = t.id and d.resolved_at is null) f
        left join lateral (select * from drift_repair x where x.target_id = t.id and (x.ended_at is null or x.ended_at > clock_timestamp() - interval '1 day') order by x.asked_at desc limit 1) r on true
        left join person w on w.id = r.asked_by
      where i.service_id = ${serviceId} and i.retired_at is null and (jsonb_array_length(f.objects) > 0 or r.id is not null)
      order by jsonb_array_length(f.objects) desc, e.rank desc, c.name limit 50`,
  )
}
