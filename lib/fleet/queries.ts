import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'
import { severitiesOf } from './cluster-state.ts'
import type { Check } from './preflight/check.ts'
import type { PreflightWaiver } from './preflight/waiver.ts'

export type FleetCell = {
  name: string
  state: string
  region: string
  environments: string[]
  worst: number | null
  looked: boolean
  kubernetes: string | null
  flux: string | null
  total: number
  polledAt: string | null
}

export type FleetRow = FleetCell & {
  id: string
  pollError: string | null
  targets: number
  tenants: number
  ready: number
}

export type FleetFilter = PageRequest & {
  q?: string | undefined
  environment?: string | undefined
  region?: string | undefined
  state?: string | undefined
}

const PAGE = 50
const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
/** A reading older than ten rounds says nothing of today: what was ready is unknown then. */
const WORST = Prisma.sql`(case when s.polled_at < clock_timestamp() - interval '5 minutes' then greatest(s.worst, 60) else s.worst end)::int`
/** Worst first; clusters nobody has looked at yet stand before the ready ones. */
const PLACE = Prisma.sql`-(case when s.polled_at is null then 5 else ${WORST} end)`
const SEEN = Prisma.sql`c.name, c.state, c.region, c.environments, ${WORST} as worst, s.polled_at is not null as looked, s.kubernetes_version as kubernetes, s.flux_version as flux,
  coalesce(s.total, 0)::int as total, to_char(s.polled_at at time zone 'UTC', ${ISO}) as "polledAt"`

/** Every cluster as a cell, worst first: one row each, so that 500 fit one page. */
export async function fleetCells(platform: Platform, viewer: Viewer): Promise<FleetCell[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<FleetCell[]>`
      select ${SEEN} from cluster c left join cluster_state s on s.cluster_id = c.id
      where c.state <> 'retired' order by ${PLACE}, c.name`,
  )
}

/** One page of clusters, worst first. */
export async function listClusters(
  platform: Platform,
  viewer: Viewer,
  filter: FleetFilter,
): Promise<ListPage<FleetRow>> {
  const place = readPlace(filter.before ?? filter.after, ['integer', 'text'])
  const backwards = filter.before !== undefined && place !== undefined
  const way = backwards ? Prisma.sql`desc` : Prisma.sql`asc`
  const conditions = [...conditionsOf(filter), ...(place ? [beyond(place, backwards)] : [])]
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<(FleetRow & { place: number })[]>`
      select c.id, ${SEEN}, ${PLACE} as place, s.poll_error as "pollError", coalesce(s.ready, 0)::int as ready,
        (select count(*)::int from target g where g.cluster_id = c.id and g.state in ('primed','drifted')) as targets,
        (select count(distinct a.tenant_id)::int from tenant_cluster a where a.cluster_id = c.id) as tenants
      from cluster c left join cluster_state s on s.cluster_id = c.id where ${Prisma.join(conditions, ' and ')}
      order by ${PLACE} ${way}, c.name ${way} limit ${PAGE + 1}`,
  )
  return cutPage(rows, PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [String(row.place), row.name],
  })
}

function beyond([worst = '0', name = '']: readonly string[], backwards: boolean): Prisma.Sql {
  const rank = Number.parseInt(worst, 10) || 0
  return backwards
    ? Prisma.sql`(${PLACE}, c.name) < (${rank}::int, ${name})`
    : Prisma.sql`(${PLACE}, c.name) > (${rank}::int, ${name})`
}

function conditionsOf({ q, environment, region, state }: FleetFilter): Prisma.Sql[] {
  const words = q?.trim().replace(/[\\%_]/g, '\\$&')
  const severities = state ? severitiesOf(state) : undefined
  return [
    Prisma.sql`c.state <> 'retired'`,
    ...(words ? [Prisma.sql`c.name ilike ${`%${words}%`}`] : []),
    ...(environment ? [Prisma.sql`${environment} = any(c.environments)`] : []),
    ...(region ? [Prisma.sql`c.region = ${region}`] : []),
    ...(state === 'joining' ? [Prisma.sql`s.polled_at is null`] : []),
    ...(severities
      ? [
          Prisma.sql`s.polled_at is not null and ${WORST} >= ${severities.from}::int and ${WORST} < ${severities.below}::int`,
        ]
      : []),
  ]
}

/** What the fleet can be filtered by. */
export async function fleetFacets(
  platform: Platform,
  viewer: Viewer,
): Promise<{ regions: string[]; environments: string[] }> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ regions: string[]; environments: string[] }[]>`
      select coalesce((select array_agg(distinct region order by region) from cluster where state <> 'retired'), '{}') as regions,
        coalesce((select array_agg(name order by rank) from environment), '{}') as environments`,
  )
  return row ?? { regions: [], environments: [] }
}

export type ClusterPage = {
  id: string
  name: string
  state: string
  region: string
  zone: string
  environments: string[]
  accreditedClass: number
  ingressNamespace: string | null
  endpoint: string
  caPem: string
  identityUid: string | null
  worst: number | null
  reachable: boolean | null
  pollError: string | null
  polledAt: string | null
  lastEventAt: string | null
  /** The last comparison with what was approved: when, of how many objects, and how many differ now; null before the first. */
  compared: { at: string; objects: number; drifted: number } | null
  kubernetes: string | null
  flux: string | null
  failures: number
  counts: Record<string, number>
  tokenSince: string | null
  tenants: { slug: string; name: string; environments: string[] }[]
  instances: {
    service: string
    tenant: string
    environment: string
    namespace: string
    status: string
    revision: string | null
    since: string
  }[]
  /** Stretches of one answer each, newest first. */
  observations: {
    from: string
    reachable: boolean
    error: string | null
    kubernetes: string | null
    flux: string | null
  }[]
  /** The newest preflight, worst first; null before the first. */
  preflight: { at: string; checks: Check[] } | null
  /** The newest waiver of each check that anybody asked for. */
  waivers: PreflightWaiver[]
  /** Running services by how often Flux looks. */
  intervals: Readonly<Record<string, number>>
  /** Blocking checks that fail and are not waived: they keep tenants away. */
  unfit: string[]
  events: { at: string; severity: string; reason: string; object: string; message: string }[]
}

const MOST = 200

/** One cluster by name: facts, what was observed, who stands on it; null when there is none. Instances worst first, at most 200. */
export async function readCluster(
  platform: Platform,
  viewer: Viewer,
  name: string,
): Promise<ClusterPage | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<ClusterPage[]>`
      select c.id, c.name, c.state, c.region, c.zone, c.environments, c.accredited_class::int as "accreditedClass", c.ingress_namespace as "ingressNamespace", c.endpoint, c.ca_pem as "caPem",
        c.identity_uid as "identityUid", ${WORST} as worst, s.reachable, s.poll_error as "pollError", s.kubernetes_version as kubernetes, s.flux_version as flux,
        coalesce(s.breaker_failures, 0)::int as failures, to_char(s.polled_at at time zone 'UTC', ${ISO}) as "polledAt", (select to_char(max(e.event_at) at time zone 'UTC', ${ISO}) from flux_event e where e.cluster_id = c.id) as "lastEventAt",
        (select jsonb_build_object('at', to_char(w.swept_at at time zone 'UTC', ${ISO}), 'objects', w.objects,
            'drifted', (select count(*) from drift_finding d join target g on g.id = d.target_id where g.cluster_id = c.id and g.state in ('primed','drifted') and d.resolved_at is null))
          from cluster_sweep w where w.cluster_id = c.id and w.swept_at is not null) as compared,
        jsonb_build_object('total', s.total, 'ready', s.ready, 'reconciling', s.reconciling, 'behind', s.behind, 'suspended', s.suspended, 'unknown', s.unknown, 'failing', s.failing, 'stalled', s.stalled) as counts,
        (select to_char(x.created_at at time zone 'UTC', ${ISO}) from secret x where x.id = c.secret_id) as "tokenSince",
        coalesce((select jsonb_agg(y order by y->>'name') from (select jsonb_build_object('slug', t.slug, 'name', t.name, 'environments', jsonb_agg(a.environment order by a.environment)) as y
          from tenant_cluster a join tenant t on t.id = a.tenant_id where a.cluster_id = c.id group by t.id) z), '[]') as tenants,
        coalesce((select jsonb_agg(y) from (select jsonb_build_object('service', v.name, 'tenant', t.slug, 'environment', i.environment, 'namespace', i.namespace, 'status', coalesce(n.status, 'unknown'),
            'revision', n.revision, 'since', to_char(coalesce(n.since, i.updated_at) at time zone 'UTC', ${ISO})) as y
          from service_instance i join ci v on v.id = i.service_id join tenant t on t.id = i.tenant_id left join instance_state n on n.instance_id = i.id
          where i.cluster_id = c.id and i.retired_at is null order by coalesce(n.severity, 60) desc, v.name limit ${MOST}) z), '[]') as instances,
        (select jsonb_build_object('at', to_char(p.checked_at at time zone 'UTC', ${ISO}), 'checks', p.checks) from cluster_preflight p where p.cluster_id = c.id) as preflight, app.unfit_for(c.id) as unfit,
        coalesce((select jsonb_object_agg(z.class, z.n) from (select v.interval_class as class, count(*)::int as n from service_instance i join service v on v.id = i.service_id where i.cluster_id = c.id and i.retired_at is null group by 1) z), '{}') as intervals,
        coalesce((select jsonb_agg(y) from (select distinct on (w.check_id) jsonb_build_object('id', w.id, 'checkId', w.check_id, 'finding', w.finding, 'reason', w.reason, 'askedBy', a.display_name, 'askedById', a.id,
            'until', to_char(w.expires_at at time zone 'UTC', ${ISO}), 'decidedBy', d.display_name,
            'state', case when w.revoked_at is not null then 'revoked' when w.expires_at <= clock_timestamp() then 'expired' else coalesce(w.verdict, 'asked') end) as y
          from preflight_waiver w join person a on a.id = w.asked_by left join person d on d.id = w.decided_by where w.cluster_id = c.id order by w.check_id, w.asked_at desc) z), '[]') as waivers,
        coalesce((select jsonb_agg(y) from (select jsonb_build_object('from', to_char(o.began_at at time zone 'UTC', ${ISO}), 'reachable', o.reachable, 'error', o.error, 'kubernetes', o.kubernetes_version, 'flux', o.flux_version) as y
          from cluster_observation o where o.cluster_id = c.id order by o.began_at desc limit 20) z), '[]') as observations,
        coalesce((select jsonb_agg(y) from (select jsonb_build_object('at', to_char(e.event_at at time zone 'UTC', ${ISO}), 'severity', e.severity, 'reason', e.reason,
            'object', e.object_kind || '/' || e.object_namespace || '/' || e.object_name, 'message', left(e.message, 300)) as y
          from flux_event e where e.cluster_id = c.id order by e.event_at desc, e.id desc limit 20) z), '[]') as events
      from cluster c left join cluster_state s on s.cluster_id = c.id where c.name = ${name} and c.state <> 'retired'`,
  )
  return row ?? null
}
