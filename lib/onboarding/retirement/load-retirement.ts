import type { Transaction } from '#lib/db/client.ts'
import { RequestService } from '../request-service.schema.ts'

export type PlacedObject = {
  apiVersion: string
  kind: string
  name: string
  /** Of the bytes that were approved and applied. */
  hash: string
  body: string
  /** It stood before the service came, and stays. */
  existedBefore: boolean
}

export type LivingInstance = {
  id: string
  environment: string
  production: boolean
  clusterId: string
  cluster: string
  namespace: string
  /** Workloads that Flux was seen to have applied. */
  seen: string[]
  objects: PlacedObject[]
}

export type RetirementFacts = {
  tenant: { id: string; slug: string; gitOrg: string }
  service: { id: string; slug: string; pending: boolean }
  /** As the service was asked for, on the targets that live now. */
  request: RequestService
  /** The change that made the service: its repository carries that mark. */
  onboarding: { changeId: string; number: number }
  instances: LivingInstance[]
  records: { class: string; naturalKey: string; name: string }[]
  /** Services that depend on it: those of the tenant by name, others counted. */
  dependants: { names: string[]; others: number }
  /** Numbers of changes of the service that are not over. */
  open: number[]
}

type Row = Omit<RetirementFacts, 'request' | 'onboarding' | 'instances'> & {
  onboarding: { changeId: string; number: number; request: unknown } | null
}

/** All that a retirement is planned from, by rows only; null when there is no such living service, or it was not made by an onboarding. */
export async function loadRetirement(
  tx: Transaction,
  serviceId: string,
): Promise<RetirementFacts | null> {
  const [row] = await tx.$queryRaw<Row[]>`
    select jsonb_build_object('id', t.id, 'slug', t.slug, 'gitOrg', t.git_org) as tenant,
      jsonb_build_object('id', s.id, 'slug', c.name, 'pending', c.status = 'pending_retirement') as service,
      (select jsonb_build_object('changeId', h.id, 'number', h.number, 'request', v.parameters->'request') from change h
        join change_revision v on v.change_id = h.id and v.revision = h.revision
        where h.service_id = s.id and h.kind = 'onboard' order by h.created_at desc limit 1) as onboarding,
      coalesce((select jsonb_agg(jsonb_build_object('class', x.class, 'naturalKey', x.natural_key, 'name', x.name) order by x.class, x.natural_key) from ci x
        where x.retired_at is null and x.tenant_id = s.tenant_id and (x.id = s.id or x.id = s.repository_id
          or x.id in (select id from service_instance where service_id = s.id and retired_at is null)
          or x.id in (select r.to_id from ci_relation r join service_instance i on i.id = r.from_id where i.service_id = s.id and i.retired_at is null and r.type = 'runs_in' and r.valid_to is null))), '[]') as records,
      (select jsonb_build_object('names', coalesce(jsonb_agg(x.name order by x.name) filter (where x.tenant_id = s.tenant_id), '[]'), 'others', count(*) filter (where x.tenant_id <> s.tenant_id))
        from app.impact(s.id, 3, 50) x where x.class = 'service') as dependants,
      coalesce((select jsonb_agg(h.number order by h.number) from change h where h.service_id = s.id and h.state not in ('review_due','overdue','closed','rejected','cancelled','expired')), '[]') as open
    from service s join ci c on c.id = s.id join tenant t on t.id = s.tenant_id where s.id = ${serviceId} and c.retired_at is null`
  const asked = RequestService.safeParse(row?.onboarding?.request)
  if (!row?.onboarding || !asked.success) return null
  const instances = await loadInstances(tx, serviceId)
  const { changeId, number } = row.onboarding
  return {
    ...row,
    onboarding: { changeId, number },
    request: {
      ...asked.data,
      targets: instances.map(({ environment, cluster }) => ({ environment, cluster })),
    },
    instances,
  }
}

async function loadInstances(tx: Transaction, serviceId: string): Promise<LivingInstance[]> {
  return tx.$queryRaw<LivingInstance[]>`
    select i.id, i.environment, e.production, i.cluster_id as "clusterId", k.name as cluster, i.namespace,
      coalesce((select o.inspection->'promised' from flux_object o where o.cluster_id = i.cluster_id and o.namespace = i.namespace and o.kind in ('Kustomization','HelmRelease')
        and o.inspection is not null order by o.name limit 1), '[]') as seen,
      coalesce((select jsonb_agg(jsonb_build_object('apiVersion', o.api_version, 'kind', o.kind, 'name', o.name, 'hash', encode(o.manifest_hash, 'hex'), 'body', convert_from(b.body, 'UTF8'), 'existedBefore', o.existed_before)
          order by o.kind, o.name)
        from target t join target_object o on o.target_id = t.id join blob b on b.tenant_id = i.tenant_id and b.hash = o.manifest_hash
        where t.cluster_id = i.cluster_id and t.namespace = i.namespace and t.tenant_id = i.tenant_id), '[]') as objects
    from service_instance i join cluster k on k.id = i.cluster_id join environment e on e.name = i.environment
    where i.service_id = ${serviceId} and i.retired_at is null order by k.name, i.namespace`
}
