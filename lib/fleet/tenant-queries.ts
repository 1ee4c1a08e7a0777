import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

const PAGE = 50

export type TenantRow = {
  slug: string
  name: string
  prefix: string
  state: string
  maxDataClass: number
  environments: string[]
  services: number
  maxServices: number
  clusters: number
  openChanges: number
  /** Cost codes that can be charged today. */
  costCodes: number
  /** Grants whose review is past its day. */
  accessOverdue: number
  /** How full the fullest of its quotas is, in percent; null without a quota. */
  fullest: number | null
}

export type Quota = {
  environment: string
  cpu: number
  memory: number
  instances: number
  usedCpu: number
  usedMemory: number
  usedInstances: number
}

export type TenantPage = Omit<TenantRow, 'costCodes' | 'fullest' | 'accessOverdue'> & {
  id: string
  gitOrg: string
  quotas: Quota[]
  /** What is done about drift, by environment. */
  serviceNow: 'off' | 'mirror' | 'gate'
  chat: 'off' | 'on' | 'broken'
  driftPolicies: { environment: string; policy: 'report' | 'repair' | 'approve' }[]
  costCodes: {
    code: string
    name: string
    chargeable: boolean
    validFrom: string | null
    validTo: string | null
    ended: boolean
    source: string
    observedAt: string
  }[]
  /** Groups that own services here or have a role, with what stands in the directory. */
  teams: { name: string; people: number; services: number; observedAt: string | null }[]
  admissions: { cluster: string; clusterId: string; environment: string; instances: number }[]
  /** Clusters that serve an environment of the tenant and are not admitted to it. */
  offered: { cluster: string; clusterId: string; environment: string }[]
  roles: { role: string; group: string | null; person: string | null; people: string[] }[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Tenants but the platform's own, by name; at most 500. */
export async function listTenants(
  platform: Platform,
  viewer: Viewer,
  filter: PageRequest & { q?: string | undefined },
): Promise<ListPage<TenantRow>> {
  const place = readPlace(filter.before ?? filter.after, ['text', 'text'])
  const backwards = filter.before !== undefined && place !== undefined
  const words = filter.q?.trim() ? `%${filter.q.trim().replace(/[\\%_]/g, '\\$&')}%` : null
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<TenantRow[]>`
      select t.slug, t.name, t.prefix, t.state, t.max_data_class::int as "maxDataClass", t.environments, t.max_services as "maxServices",
        (select count(*)::int from service s where s.tenant_id = t.id) as services,
        (select count(distinct a.cluster_id)::int from tenant_cluster a where a.tenant_id = t.id) as clusters,
        (select count(*)::int from change c where c.tenant_id = t.id and c.state not in ('closed','rejected','cancelled','expired')) as "openChanges",
        (select count(*)::int from cost_code k where k.tenant_id = t.id and k.chargeable and (k.valid_to is null or k.valid_to >= current_date)) as "costCodes",
        (select count(*)::int from app.access_grants(t.id) m where m.state in ('overdue', 'lapsed')) as "accessOverdue",
        (select max(greatest(100 * u.cpu / nullif(q.cpu_milli, 0), 100 * u.memory / nullif(q.memory_mib, 0), 100 * u.n / nullif(q.instances, 0)))::int
          from tenant_quota q cross join lateral (select coalesce(sum(i.cpu_milli), 0) as cpu, coalesce(sum(i.memory_mib), 0) as memory, count(*) as n
            from service_instance i where i.tenant_id = q.tenant_id and i.environment = q.environment and i.retired_at is null) u where q.tenant_id = t.id) as fullest
      from tenant t where t.slug <> 'platform' and (${words}::text is null or t.name ilike ${words} or t.slug ilike ${words} or t.prefix ilike ${words})
        and (${place?.[0] ?? null}::text is null
          or (not ${backwards} and (t.name, t.slug) > (${place?.[0] ?? ''}, ${place?.[1] ?? ''}))
          or (${backwards} and (t.name, t.slug) < (${place?.[0] ?? ''}, ${place?.[1] ?? ''})))
      order by case when ${backwards} then t.name end desc, case when ${backwards} then t.slug end desc, t.name, t.slug
      limit ${PAGE + 1}`,
  )
  return cutPage(rows, PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [row.name, row.slug],
  })
}

/** One tenant with what it may use and who has which role there; null when there is none. */
export async function readTenant(
  platform: Platform,
  viewer: Viewer,
  slug: string,
): Promise<TenantPage | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<TenantPage[]>`
      select t.id, t.slug, t.name, t.prefix, t.state, t.max_data_class::int as "maxDataClass", t.environments, t.max_services as "maxServices", t.git_org as "gitOrg",
        (select count(*)::int from service s where s.tenant_id = t.id) as services,
        (select count(distinct a.cluster_id)::int from tenant_cluster a where a.tenant_id = t.id) as clusters,
        (select count(*)::int from change c where c.tenant_id = t.id and c.state not in ('closed','rejected','cancelled','expired')) as "openChanges",
        coalesce((select jsonb_agg(jsonb_build_object('environment', q.environment, 'cpu', q.cpu_milli, 'memory', q.memory_mib, 'instances', q.instances,
            'usedCpu', coalesce(u.cpu, 0), 'usedMemory', coalesce(u.memory, 0), 'usedInstances', coalesce(u.n, 0)) order by e.rank)
          from tenant_quota q join environment e on e.name = q.environment left join lateral (select sum(i.cpu_milli)::int as cpu, sum(i.memory_mib)::int as memory, count(*)::int as n
            from service_instance i where i.tenant_id = q.tenant_id and i.environment = q.environment and i.retired_at is null) u on true where q.tenant_id = t.id), '[]') as quotas,
        coalesce((select s.mode from servicenow_setting s where s.tenant_id = t.id), 'off') as "serviceNow",
        coalesce((select case when c.state = 'on' and l.broken is not null then 'broken' else c.state end from chat_channel c join chat_line l on l.tenant_id = c.tenant_id where c.tenant_id = t.id), 'off') as chat,
        coalesce((select jsonb_agg(jsonb_build_object('environment', e.name, 'policy', coalesce(d.policy, case when e.production then 'report' else 'repair' end)) order by e.rank)
          from environment e left join drift_policy d on d.tenant_id = t.id and d.environment = e.name where e.name = any(t.environments)), '[]') as "driftPolicies",
        coalesce((select jsonb_agg(jsonb_build_object('code', k.code, 'name', k.name, 'chargeable', k.chargeable, 'validFrom', k.valid_from, 'validTo', k.valid_to, 'ended', coalesce(k.valid_to < current_date, false),
            'source', k.source, 'observedAt', to_char(k.observed_at at time zone 'UTC', ${ISO})) order by k.code) from cost_code k where k.tenant_id = t.id), '[]') as "costCodes",
        coalesce((select jsonb_agg(jsonb_build_object('cluster', c.name, 'clusterId', c.id, 'environment', a.environment,
            'instances', (select count(*) from service_instance i where i.tenant_id = t.id and i.cluster_id = c.id and i.environment = a.environment and i.retired_at is null)) order by e.rank, c.name)
          from tenant_cluster a join cluster c on c.id = a.cluster_id join environment e on e.name = a.environment where a.tenant_id = t.id), '[]') as admissions,
        coalesce((select jsonb_agg(jsonb_build_object('cluster', c.name, 'clusterId', c.id, 'environment', e.name) order by e.rank, c.name)
          from cluster c join environment e on e.name = any(c.environments) and e.name = any(t.environments) where c.state in ('joining','active')
            and not exists (select 1 from tenant_cluster a where a.tenant_id = t.id and a.cluster_id = c.id and a.environment = e.name)), '[]') as offered,
        coalesce((select jsonb_agg(y order by y->>'name') from (select jsonb_build_object('name', g.name, 'observedAt', to_char(g.observed_at at time zone 'UTC', ${ISO}),
            'people', (select count(*) from group_member y join person x on x.id = y.person_id and x.status = 'active' where y.group_id = g.id and (y.expires_at is null or y.expires_at > now())),
            'services', (select count(*) from ci c where c.tenant_id = t.id and c.class = 'service' and c.owner_group_id = g.id and c.retired_at is null)) as y
          from directory_group g where exists (select 1 from membership m where m.tenant_id = t.id and m.principal_id = g.id and (m.expires_at is null or m.expires_at > now()))
            or exists (select 1 from ci c where c.tenant_id = t.id and c.owner_group_id = g.id and c.retired_at is null)) z), '[]') as teams,
        coalesce((select jsonb_agg(jsonb_build_object('role', m.role, 'group', g.name, 'person', p.display_name,
            'people', coalesce((select jsonb_agg(x.display_name order by x.display_name) from group_member y join person x on x.id = y.person_id and x.status = 'active' where y.group_id = g.id and (y.expires_at is null or y.expires_at > now())), '[]')) order by m.role, g.name)
          from membership m left join directory_group g on g.id = m.principal_id left join person p on p.id = m.principal_id where m.tenant_id = t.id and (m.expires_at is null or m.expires_at > now())), '[]') as roles
      from tenant t where t.slug = ${slug} and t.slug <> 'platform'`,
  )
  return row ?? null
}
