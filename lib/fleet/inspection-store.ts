import type { Transaction } from '#lib/db/client.ts'

export type InspectedRow = {
  namespace: string
  name: string
  /** What the last inspection left behind, as it was stored; null before the first. */
  inspection: unknown
  /** Where the service's repository is, when it has one. */
  repository: { org: string; name: string } | null
}

/** What is known of the Kustomizations of a cluster, in namespaces of living instances of ours. */
export async function loadInspections(tx: Transaction, clusterId: string): Promise<InspectedRow[]> {
  return tx.$queryRaw<InspectedRow[]>`
    select i.namespace, coalesce(o.name, v.name) as name, o.inspection,
      case when r.name is not null then jsonb_build_object('org', split_part(r.name, '/', 1), 'name', split_part(r.name, '/', 2)) end as repository
    from service_instance i join ci v on v.id = i.service_id
      left join flux_object o on o.instance_id = i.id and o.kind in ('Kustomization','HelmRelease')
      left join service s on s.id = i.service_id left join ci r on r.id = s.repository_id
    where i.cluster_id = ${clusterId} and i.retired_at is null`
}

/** When Flux last sent an error about each of these Kustomizations, within a week; those about which it sent none are left out. */
export async function lastErrors(
  tx: Transaction,
  clusterId: string,
  objects: readonly { namespace: string; name: string }[],
): Promise<{ namespace: string; name: string; at: Date }[]> {
  if (objects.length === 0) return []
  return tx.$queryRaw<{ namespace: string; name: string; at: Date }[]>`
    select x.namespace, x.name, e.event_at as at
    from jsonb_to_recordset(${JSON.stringify(objects.map(({ namespace, name }) => ({ namespace, name })))}::jsonb) as x(namespace text, name text)
      join service_instance i on i.cluster_id = ${clusterId} and i.namespace = x.namespace and i.retired_at is null
      join lateral (select event_at from flux_event e where e.service_id = i.service_id and e.cluster_id = ${clusterId} and e.severity = 'error'
        and e.object_kind in ('Kustomization','HelmRelease') and e.object_namespace = x.namespace and e.object_name = x.name
        and e.event_at > clock_timestamp() - interval '7 days' order by e.event_at desc limit 1) e on true`
}
