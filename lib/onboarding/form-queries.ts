import { tenantsWhere } from '#lib/auth/permissions.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type FormCluster = {
  name: string
  region: string
  state: string
  accreditedClass: number
  environments: string[]
}

export type FormTenant = {
  slug: string
  name: string
  prefix: string
  gitOrg: string
  maxDataClass: number
  environments: string[]
  /** Clusters that admit the tenant, with the environments for which they do. */
  clusters: FormCluster[]
  costCodes: { code: string; name: string; chargeable: boolean; uses: number }[]
  applications: string[]
}

export type FormTemplate = {
  name: string
  version: number
  title: string
  description: string
  language: string
  parameterSchema: Record<string, unknown>
}

/** Groups the person is in; `rights` says that the group gives roles, so it is rarely the team that looks after a service. */
export type FormTeam = { name: string; members: number; rights: boolean }

export type FormOptions = {
  tenants: FormTenant[]
  templates: FormTemplate[]
  teams: FormTeam[]
  environments: { name: string; production: boolean }[]
  draft: { body: Record<string, unknown>; savedAt: string } | null
}

/** Everything the request form offers this person, and their draft. */
export async function readFormOptions(
  platform: Platform,
  viewer: Viewer,
  { form }: { form: string },
): Promise<FormOptions> {
  const mine = tenantsWhere(viewer, 'service.request')
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<FormOptions[]>`
      select
        coalesce((select jsonb_agg(jsonb_build_object('slug', t.slug, 'name', t.name, 'prefix', t.prefix, 'gitOrg', t.git_org, 'maxDataClass', t.max_data_class, 'environments', t.environments,
          'clusters', coalesce((select jsonb_agg(jsonb_build_object('name', x.name, 'region', x.region, 'state', x.state, 'accreditedClass', x.accredited_class, 'environments', x.environments) order by x.name)
            from (select c.name, c.region, c.state, c.accredited_class, array_agg(a.environment order by a.environment) as environments
              from tenant_cluster a join cluster c on c.id = a.cluster_id where a.tenant_id = t.id and c.state <> 'retired' group by c.id) x), '[]'),
          'costCodes', coalesce((select jsonb_agg(jsonb_build_object('code', k.code, 'name', k.name, 'chargeable', k.chargeable and current_date >= k.valid_from and (k.valid_to is null or current_date < k.valid_to),
            'uses', (select count(*) from service s where s.tenant_id = t.id and s.cost_code = k.code)) order by k.code) from cost_code k where k.tenant_id = t.id), '[]'),
          'applications', coalesce((select jsonb_agg(n.name order by n.name) from (select name from ci where tenant_id = t.id and class = 'business_application' and retired_at is null order by name limit 200) n), '[]')
        ) order by t.name) from tenant t where t.id = any(${mine}) and t.state = 'active'), '[]') as tenants,
        coalesce((select jsonb_agg(jsonb_build_object('name', p.name, 'version', v.version, 'title', v.definition->>'title', 'description', v.definition->>'description', 'language', v.definition->>'language',
          'parameterSchema', v.parameter_schema) order by p.name) from template p join lateral (select * from template_version z where z.template_id = p.id and z.withdrawn_at is null order by z.version desc limit 1) v on true
          where p.state = 'active'), '[]') as templates,
        coalesce((select jsonb_agg(jsonb_build_object('name', g.name, 'members', (select count(*) from group_member m join person q on q.id = m.person_id and q.status = 'active' where m.group_id = g.id and (m.expires_at is null or m.expires_at > now())),
          'rights', exists (select 1 from membership w where w.principal_id = g.id)) order by g.name) from directory_group g where g.id = any(${[...viewer.principals]})), '[]') as teams,
        coalesce((select jsonb_agg(jsonb_build_object('name', e.name, 'production', e.production) order by e.rank) from environment e), '[]') as environments,
        (select jsonb_build_object('body', d.body, 'savedAt', to_char(d.saved_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) from change_draft d where d.person_id = ${viewer.id} and d.form = ${form}) as draft`,
  )
  if (!row) throw new Error('the form query answered no row')
  return row
}

export type EditedChange = {
  id: string
  number: number
  revision: number
  state: string
  title: string
  request: Record<string, unknown>
}

/** What an earlier request asked for: to edit it, or to begin a new one from it. */
export async function readRequest(
  platform: Platform,
  viewer: Viewer,
  number: number,
): Promise<EditedChange | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<EditedChange[]>`
      select c.id, c.number::int as number, c.revision, c.state, c.title, r.parameters->'request' as request
      from change c join change_revision r on r.change_id = c.id and r.revision = c.revision where c.number = ${number}::bigint and c.kind = 'onboard'`,
  )
  return row ?? null
}

export type Rights = {
  tenant: string
  environments: string[]
  clusters: number
  maxDataClass: number
  costCodes: string[]
  observedAt: string | null
}

/** What a person may do in the tenants where they may onboard: for the first day. */
export async function readRights(platform: Platform, viewer: Viewer): Promise<Rights[]> {
  const mine = tenantsWhere(viewer, 'service.request')
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<Rights[]>`
      select t.name as tenant, t.environments, t.max_data_class::int as "maxDataClass",
        (select count(distinct a.cluster_id)::int from tenant_cluster a where a.tenant_id = t.id) as clusters,
        coalesce((select array_agg(k.code order by k.code) from cost_code k where k.tenant_id = t.id and k.chargeable and (k.valid_to is null or k.valid_to > current_date)), '{}') as "costCodes",
        (select to_char(p.observed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') from person p where p.id = ${viewer.id}) as "observedAt"
      from tenant t where t.id = any(${mine}) order by t.name`,
  )
}
