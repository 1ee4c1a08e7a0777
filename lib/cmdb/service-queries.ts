import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ServiceInstanceRow = {
  id: string
  environment: string
  cluster: string
  namespace: string
  /** The namespace stood before the service came. */
  adopted: boolean
  status: string
  /** What Flux says about the object that is worst, and when it last changed. */
  reason: string | null
  message: string | null
  kind: string | null
  /** Why, in a stable word; whose move it is; and the next step. */
  code: string | null
  whose: 'yours' | 'ours' | 'another_team' | 'heals_itself' | null
  nextStep: string | null
  revision: string | null
  since: string
  /** Ran it another revision, as far as is on record? */
  earlier: boolean
  /** Held at a commit by a change; null where it follows its branch. */
  pin: { commit: string; number: number } | null
  /** What was asked of it last: a suspension that lasts, or an act that waits or failed within the day. */
  act: {
    kind: 'reconcile' | 'suspend' | 'resume'
    state: 'asked' | 'done' | 'failed'
    by: string
    reason: string
    until: string | null
    detail: string | null
  } | null
}

export type ServicePage = {
  id: string
  tenantId: string
  tenant: string
  tenantName: string
  slug: string
  displayName: string
  description: string
  stage: string
  status: string
  owner: string | null
  ownerMembers: number
  /** Who they are, where one is left. */
  lastOwner: string | null
  /** Since when it is known that fewer than two are left, ISO. */
  ownerNeededSince: string | null
  tier: number | null
  dataClass: number | null
  costCode: string | null
  size: string | null
  intervalClass: string
  sourceKind: string
  repository: string | null
  template: string | null
  templateVersion: number | null
  newestTemplateVersion: number | null
  application: string | null
  /** What was promised for a bad day, in minutes; null where nothing was. */
  recovery: { rtoMinutes: number; rpoMinutes: number; backup: boolean } | null
  /** Services that it calls, by name, and companies that it relies on. */
  calls: string[]
  vendors: string[]
  updatedAt: string
  severity: number
  instances: ServiceInstanceRow[]
  changes: { number: number; title: string; state: string; closeCode: string | null; at: string }[]
  dependants: { name: string | null; class: string; tier: number | null }[]
}

/** One service with its instances, worst first; null when there is none or it is not the viewer's to see. */
export async function readService(
  platform: Platform,
  viewer: Viewer,
  name: { tenant: string; slug: string },
): Promise<ServicePage | null> {
  return platform.read(viewer, async (tx) => {
    const [row] = await readServiceRow(tx, `${name.tenant}/${name.slug}`)
    if (!row) return null
    const dependants = await tx.$queryRaw<ServicePage['dependants']>`
      select name, class, tier::int as tier from app.impact(${row.id}, 3, 50) where class = 'service' limit 20`
    return { ...row, instances: await readInstances(tx, row.id), dependants }
  })
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

async function readServiceRow(
  tx: Transaction,
  key: string,
): Promise<Omit<ServicePage, 'instances' | 'dependants'>[]> {
  return tx.$queryRaw`
    select c.id, c.tenant_id as "tenantId", t.slug as tenant, t.name as "tenantName", c.name as slug, c.display_name as "displayName", coalesce(c.attributes->>'description', '') as description,
      c.stage, c.status, g.name as owner, (select count(*)::int from group_member m join person p on p.id = m.person_id and p.status = 'active' where m.group_id = g.id and (m.expires_at is null or m.expires_at > now())) as "ownerMembers",
      (select min(p.display_name) from group_member m join person p on p.id = m.person_id and p.status = 'active' where m.group_id = g.id and (m.expires_at is null or m.expires_at > now()) having count(*) = 1) as "lastOwner",
      (select to_char(f.found_at at time zone 'UTC', ${ISO}) from owner_finding f where f.service_id = c.id and f.closed_at is null) as "ownerNeededSince",
      c.tier::int as tier, c.data_class::int as "dataClass", s.cost_code as "costCode", s.size, s.interval_class as "intervalClass", s.source_kind as "sourceKind", r.name as repository,
      tp.name as template, s.template_version as "templateVersion", (select max(v.version) from template_version v where v.template_id = tp.id and v.withdrawn_at is null) as "newestTemplateVersion",
      (select a.name from ci_relation x join ci a on a.id = x.to_id where x.from_id = c.id and x.type = 'part_of' and x.valid_to is null limit 1) as application,
      c.attributes->'recovery' as recovery, coalesce(c.attributes->'vendors', '[]') as vendors,
      coalesce((select jsonb_agg(d.name order by d.name) from ci_relation x join ci d on d.id = x.to_id where x.from_id = c.id and x.type = 'depends_on' and x.valid_to is null), '[]') as calls,
      to_char(c.updated_at at time zone 'UTC', ${ISO}) as "updatedAt", coalesce(l.severity, 60)::int as severity,
      coalesce((select jsonb_agg(jsonb_build_object('number', h.number, 'title', h.title, 'state', h.state, 'closeCode', h.close_code, 'at', to_char(h.created_at at time zone 'UTC', ${ISO})) order by h.created_at desc)
        from (select * from change where service_id = c.id order by created_at desc limit 10) h), '[]') as changes
    from ci c join service s on s.id = c.id join tenant t on t.id = c.tenant_id
      left join directory_group g on g.id = c.owner_group_id left join ci r on r.id = s.repository_id left join template tp on tp.id = s.template_id
      left join service_list l on l.service_id = c.id and l.environment = '*'
    where c.class = 'service' and c.natural_key = ${key} and c.retired_at is null`
}

async function readInstances(tx: Transaction, serviceId: string): Promise<ServiceInstanceRow[]> {
  return tx.$queryRaw<ServiceInstanceRow[]>`
    select i.id, i.environment, k.name as cluster, i.namespace, i.adopted, coalesce(s.status, 'unknown') as status, f.reason, f.message, f.kind, f.code, f.whose, f.next_step as "nextStep",
      coalesce(s.revision, (select o.applied_revision from flux_object o where o.instance_id = i.id and o.kind in ('Kustomization','HelmRelease') order by o.changed_at desc limit 1)) as revision, to_char(coalesce(s.since, i.updated_at) at time zone 'UTC', ${ISO}) as since,
      exists (select 1 from instance_revision r where r.instance_id = i.id and r.commit is distinct from app.commit_of(s.revision)) as earlier,
      (select jsonb_build_object('commit', i.pinned_revision, 'number', h.number) from change h where h.id = i.pinned_by) as pin,
      (select jsonb_build_object('kind', a.kind, 'state', a.state, 'by', coalesce(p.display_name, 'Stairway'), 'reason', a.reason, 'until', to_char(a.until at time zone 'UTC', ${ISO}), 'detail', a.detail)
        from (select * from flux_action z where z.instance_id = i.id order by z.asked_at desc limit 1) a left join person p on p.id = a.asked_by
        where a.kind = 'suspend' and a.state = 'done' and coalesce(s.status, '') = 'suspended' or a.state <> 'done' and a.asked_at > now() - interval '1 day') as act
    from service_instance i join cluster k on k.id = i.cluster_id left join instance_state s on s.instance_id = i.id
      left join lateral (select * from flux_object o where o.instance_id = i.id order by o.severity desc, o.kind limit 1) f on true
      join environment e on e.name = i.environment
    where i.service_id = ${serviceId} and i.retired_at is null
    order by coalesce(s.severity, 60) desc, e.rank desc, k.name limit 600`
}

export type ServiceEvent = {
  id: string
  at: string
  cluster: string
  kind: string
  name: string
  severity: string
  reason: string
  message: string
  revision: string | null
  repeats: number
}

/** The latest Flux events of a service, newest first. */
export async function listServiceEvents(
  platform: Platform,
  viewer: Viewer,
  filter: { serviceId: string; limit: number },
): Promise<ServiceEvent[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<ServiceEvent[]>`
      select e.id::text as id, to_char(e.event_at at time zone 'UTC', ${ISO}) as at, k.name as cluster, e.object_kind as kind, e.object_name as name, e.severity, e.reason,
        left(e.message, 400) as message, e.revision, e.repeats
      from flux_event e join cluster k on k.id = e.cluster_id
      where e.service_id = ${filter.serviceId} order by e.event_at desc, e.id desc limit ${filter.limit}`,
  )
}

export type Found = {
  kind: 'service' | 'change' | 'item'
  label: string
  href: string
  state: string | null
}

/** Services, changes and other CIs by name or number, for the palette. */
export async function findByName(
  platform: Platform,
  viewer: Viewer,
  query: string,
): Promise<Found[]> {
  const number = /^(?:chg-)?(\d{1,15})$/i.exec(query.trim())?.[1] ?? null
  const words = `%${query.trim().replace(/[\\%_]/g, '\\$&')}%`
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<Found[]>`
      (select case when f.class = 'service' then 'service' else 'item' end as kind, f.name as label,
        case when f.class = 'service' then '/services/' || c.natural_key else '/catalog/' || f.id end as href,
        (select l.severity::text from service_list l where l.service_id = f.id and l.environment = '*') as state
      from app.search(${query}, 12) f join ci c on c.id = f.id order by (f.class = 'service') desc, f.rank desc, f.name)
      union all
      (select 'change', 'CHG-' || c.number || ' ' || c.title, '/changes/' || c.number, c.state from change c
        where c.number = ${number}::bigint or c.title ilike ${words} order by c.created_at desc limit 5)`,
  )
}
