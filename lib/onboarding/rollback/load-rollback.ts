import type { Transaction } from '#lib/db/client.ts'
import { RequestService } from '../request-service.schema.ts'
import type { RollbackPlace } from './roll-back.schema.ts'

/** One instance whose source is to move. */
export type RollbackInstance = {
  id: string
  environment: string
  production: boolean
  clusterId: string
  cluster: string
  namespace: string
  /** The commit that Flux applied last, as it was seen; null where it was not. */
  runs: string | null
  pinned: string | null
  /** Its GitRepository as it was approved and applied last. */
  source: { name: string; hash: string; body: string } | null
}

/** A revision that Flux said Ready with somewhere in the environment. */
export type RecordedRevision = { commit: string; revision: string; instances: number; at: string }

export type RollbackFacts = {
  tenant: { id: string; slug: string; gitOrg: string }
  service: { id: string; slug: string; retiring: boolean }
  /** As the service was asked for, on the targets that are moved. */
  request: RequestService
  instances: RollbackInstance[]
  /** Clusters of the environment that the service runs on, chosen or not. */
  clusters: string[]
  recorded: RecordedRevision[]
  /** Numbers of changes of the service that are not over. */
  open: number[]
}

type Row = Pick<RollbackFacts, 'tenant' | 'service' | 'open' | 'recorded'> & {
  request: unknown
  all: RollbackInstance[]
}

/** All that a rollback is planned from, by rows only; null when there is no such living service, or it was not made by an onboarding. */
export async function loadRollback(
  tx: Transaction,
  serviceId: string,
  { environment, clusters }: Pick<RollbackPlace, 'environment' | 'clusters'>,
): Promise<RollbackFacts | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    select jsonb_build_object('id', t.id, 'slug', t.slug, 'gitOrg', t.git_org) as tenant,
      jsonb_build_object('id', s.id, 'slug', c.name, 'retiring', c.status = 'pending_retirement') as service,
      (select v.parameters->'request' from change h join change_revision v on v.change_id = h.id and v.revision = h.revision
        where h.service_id = s.id and h.kind = 'onboard' order by h.created_at desc limit 1) as request,
      coalesce((select jsonb_agg(h.number order by h.number) from change h where h.service_id = s.id and h.state not in ('review_due','overdue','closed','rejected','cancelled','expired')), '[]') as open,
      coalesce((select jsonb_agg(to_jsonb(x) order by x.at desc, x.commit) from (
        select r.commit, max(r.revision) as revision, count(*)::int as instances, to_char(max(r.last_seen_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
        from instance_revision r join service_instance i on i.id = r.instance_id
        where i.service_id = s.id and i.environment = ${environment} and i.retired_at is null group by r.commit order by max(r.last_seen_at) desc limit 50) x), '[]') as recorded,
      coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'environment', i.environment, 'production', e.production, 'clusterId', i.cluster_id, 'cluster', k.name, 'namespace', i.namespace,
          'runs', app.commit_of(n.revision), 'pinned', i.pinned_revision,
          'source', (select jsonb_build_object('name', o.name, 'hash', encode(o.manifest_hash, 'hex'), 'body', convert_from(b.body, 'UTF8'))
            from target g join target_object o on o.target_id = g.id and o.kind = 'GitRepository' join blob b on b.tenant_id = i.tenant_id and b.hash = o.manifest_hash
            where g.cluster_id = i.cluster_id and g.namespace = i.namespace and g.tenant_id = i.tenant_id order by o.name limit 1)) order by k.name, i.namespace)
        from service_instance i join cluster k on k.id = i.cluster_id join environment e on e.name = i.environment left join instance_state n on n.instance_id = i.id
        where i.service_id = s.id and i.environment = ${environment} and i.retired_at is null), '[]') as all
    from service s join ci c on c.id = s.id join tenant t on t.id = s.tenant_id where s.id = ${serviceId} and c.retired_at is null`
  const asked = RequestService.safeParse(row?.request)
  if (!row || !asked.success) return null
  const { tenant, service, open, recorded, all } = row
  const instances = all.filter(({ cluster }) => clusters.length === 0 || clusters.includes(cluster))
  const targets = instances.map(({ cluster }) => ({ environment, cluster }))
  return {
    ...{ tenant, service, open, recorded, instances },
    clusters: [...new Set(all.map(({ cluster }) => cluster))],
    request: { ...asked.data, targets },
  }
}
