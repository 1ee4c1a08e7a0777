import type { Transaction } from '#lib/db/client.ts'
import { namespaceName } from '#lib/dns-label.ts'
import { loadSurveys } from '#lib/fleet/adoption-store.ts'
import { Standing } from '#lib/flux/adoption/standing.ts'
import { SIZE_FACTS } from '#lib/flux/target.ts'
import { templateDigest } from '#lib/templates/digest.ts'
import { TemplateDefinition } from '#lib/templates/template.ts'
import type { RequestService } from './request-service.schema.ts'

export type TenantRow = {
  id: string
  slug: string
  name: string
  prefix: string
  gitOrg: string
  state: string
  environments: string[]
  maxDataClass: number
  maxServices: number
  services: number
}

export type ClusterFactsRow = {
  id: string
  name: string
  region: string
  state: string
  accreditedClass: number
  environments: string[]
  ingressNamespace: string | null
  fluxVersion: string | null
  /** Whether it can release charts, by the last look; null before the first. */
  servesHelm: boolean | null
  /** Environments in which the cluster admits the tenant. */
  admittedFor: string[]
}

export type ChosenTarget = {
  environment: string
  cluster: ClusterFactsRow
  namespace: string
  /** The namespace stands already and is adopted. */
  adopts: boolean
  /** Of an adoption: what stood there when the worker looked; null while nobody has. */
  survey: Survey | null
}

/** A finished survey; without `standing` the look failed. */
export type Survey = { id: string; at: Date; standing: Standing | null; trouble: string | null }

/** Rows that both the plan and the checks are made from: one look, one transaction. */
export type RequestContext = {
  /** Name of the service that is asked for. */
  slug: string
  tenant: TenantRow
  template: {
    id: string
    version: number
    state: string
    withdrawn: boolean
    definition: TemplateDefinition
    /** Whether what is stored still is what was published, by its digest. */
    intact: boolean
    /** The person who published it; null where that was no person. */
    author: string | null
  } | null
  environments: { name: string; rank: number; production: boolean }[]
  targets: ChosenTarget[]
  unknownClusters: string[]
  demand: Record<string, { cpuMilli: number; memoryMib: number; instances: number }>
  settings: { hooksUrl: string; gitUrl: string }
}

/** Loads what a request speaks of. Null when there is no such tenant (or not for this viewer). Adoptions are made from the surveys that are named, else from the latest. */
export async function loadRequestContext(
  tx: Transaction,
  request: RequestService,
  settings: RequestContext['settings'],
  surveys?: readonly string[],
): Promise<RequestContext | null> {
  const tenant = await loadTenant(tx, request.tenant)
  if (!tenant) return null
  const clusters = await loadClusters(
    tx,
    tenant.id,
    request.targets.map((target) => target.cluster),
  )
  const byName = new Map(clusters.map((cluster) => [cluster.name, cluster]))
  const targets = request.targets.flatMap((target): ChosenTarget[] => {
    const cluster = byName.get(target.cluster)
    return cluster
      ? [
          {
            environment: target.environment,
            cluster,
            namespace:
              target.adopt ?? namespaceName(tenant.prefix, request.name, target.environment),
            adopts: target.adopt !== undefined,
            survey: null,
          },
        ]
      : []
  })
  return {
    slug: request.name,
    tenant,
    template: await loadTemplate(tx, request.template),
    environments: await tx.environment.findMany({ orderBy: { rank: 'asc' } }),
    targets: (await withSurveys(tx, tenant.id, { targets, surveys })).sort((a, b) =>
      `${a.environment}/${a.cluster.name}` < `${b.environment}/${b.cluster.name}` ? -1 : 1,
    ),
    unknownClusters: request.targets
      .map((target) => target.cluster)
      .filter((name) => !byName.has(name)),
    demand: demandOf(request, targets),
    settings,
  }
}

type Surveyed = { targets: ChosenTarget[]; surveys: readonly string[] | undefined }

async function withSurveys(
  tx: Transaction,
  tenantId: string,
  { targets, surveys }: Surveyed,
): Promise<ChosenTarget[]> {
  const places = targets
    .filter(({ adopts }) => adopts)
    .map(({ cluster, namespace }) => ({ tenantId, clusterId: cluster.id, namespace }))
  if (places.length === 0) return targets
  const rows = await loadSurveys(tx, surveys ? { ids: surveys } : { places })
  return targets.map((target) => {
    const row = rows.find(
      (one) => one.clusterId === target.cluster.id && one.namespace === target.namespace,
    )
    if (!target.adopts || !row?.surveyedAt) return target
    const { id, surveyedAt: at, trouble } = row
    const standing = row.standing === null ? null : Standing.parse(row.standing)
    return { ...target, survey: { id, at, standing, trouble } }
  })
}

async function loadTenant(tx: Transaction, slug: string): Promise<TenantRow | undefined> {
  const rows = await tx.$queryRaw<TenantRow[]>`
    select t.id, t.slug, t.name, t.prefix, t.git_org as "gitOrg", t.state, t.environments, t.max_data_class::int as "maxDataClass", t.max_services as "maxServices",
      (select count(*)::int from service s join ci c on c.id = s.id where s.tenant_id = t.id and c.retired_at is null) as services
    from tenant t where t.slug = ${slug}`
  return rows[0]
}

async function loadClusters(
  tx: Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<ClusterFactsRow[]> {
  return tx.$queryRaw<ClusterFactsRow[]>`
    select c.id, c.name, c.region, case when c.state in ('active','joining') and cardinality(app.unfit_for(c.id)) > 0 then 'unfit' else c.state end as state, c.accredited_class::int as "accreditedClass", c.environments, c.ingress_namespace as "ingressNamespace", s.flux_version as "fluxVersion", s.serves_helm as "servesHelm",
      coalesce((select array_agg(a.environment) from tenant_cluster a where a.tenant_id = ${tenantId} and a.cluster_id = c.id), '{}') as "admittedFor"
    from cluster c left join cluster_state s on s.cluster_id = c.id where c.name = any(${[...names]})`
}

async function loadTemplate(tx: Transaction, name: string): Promise<RequestContext['template']> {
  const rows = await tx.$queryRaw<
    {
      id: string
      version: number
      state: string
      withdrawn: boolean
      definition: unknown
      digest: string
      author: string | null
    }[]
  >`
    select t.id, v.version, t.state, v.withdrawn_at is not null as withdrawn, encode(v.digest, 'hex') as digest, (select p.id from person p where p.id = v.published_by) as author,
      v.definition || jsonb_build_object('parameterSchema', v.parameter_schema, 'files', v.file_tree) as definition
    from template t join template_version v on v.template_id = t.id where t.name = ${name} order by v.version desc limit 1`
  const row = rows[0]
  if (!row) return null
  const { digest, ...template } = row
  const definition = TemplateDefinition.parse(row.definition)
  return { ...template, definition, intact: templateDigest(definition) === digest }
}

function demandOf(
  request: RequestService,
  targets: readonly ChosenTarget[],
): RequestContext['demand'] {
  const size = SIZE_FACTS[request.size]
  const demand: RequestContext['demand'] = {}
  for (const { environment } of targets) {
    const sum = demand[environment] ?? { cpuMilli: 0, memoryMib: 0, instances: 0 }
    demand[environment] = {
      cpuMilli: sum.cpuMilli + size.cpuMilli,
      memoryMib: sum.memoryMib + size.memoryMib,
      instances: sum.instances + 1,
    }
  }
  return demand
}
