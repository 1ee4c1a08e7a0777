import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'

export type ServiceListRow = {
  id: string
  tenant: string
  slug: string
  displayName: string
  owner: string | null
  /** Active people in the team that owns it. */
  ownerMembers: number
  tier: number | null
  dataClass: number | null
  severity: number
  since: string
  instances: number
  unhealthy: number
}

export type ServiceFilter = PageRequest & {
  /** Services of the viewer's teams, or all that they may see. */
  view: 'mine' | 'all'
  environment?: string | undefined
  /** Those alone that fewer than two active people own. */
  ownerNeeded?: boolean | undefined
  /** Lowest severity shown: 1 leaves out what is Ready. */
  severityAtLeast?: number | undefined
  tenant?: string | undefined
  q?: string | undefined
  sort: 'worst' | 'name'
}

const PAGE = 50
/** Most finds of a search that a list is made from. */
const FINDS = 200

/** Asked for the rows of one page, of few teams. */
const MEMBERS = Prisma.sql`(select count(*)::int from group_member gm join person gp on gp.id = gm.person_id and gp.status = 'active' where gm.group_id = l.owner_group_id and (gm.expires_at is null or gm.expires_at > now()))`

type Row = Omit<ServiceListRow, 'since'> & { since: Date }

/** One page of services, worst first or by name, from the read model that the database keeps. */
export async function listServices(
  platform: Platform,
  viewer: Viewer,
  filter: ServiceFilter,
): Promise<ListPage<ServiceListRow>> {
  const read = filter.sort === 'name' ? readByName : readWorstFirst
  const place = readPlace(
    filter.before ?? filter.after,
    filter.sort === 'name' ? ['text', 'text'] : ['smallint', 'time', 'text'],
  )
  const backwards = filter.before !== undefined && place !== undefined
  const rows = await read(platform, viewer, { filter, place, backwards })
  return cutPage(
    rows.map((row) => ({ ...row, since: row.since.toISOString() })),
    PAGE,
    {
      request: backwards ? filter : { after: place && filter.after },
      placeOf: (row) =>
        filter.sort === 'name' ? [row.slug, row.id] : [String(row.severity), row.since, row.id],
    },
  )
}

type Reading = { filter: ServiceFilter; place: readonly string[] | undefined; backwards: boolean }

async function readWorstFirst(
  platform: Platform,
  viewer: Viewer,
  { filter, place, backwards }: Reading,
): Promise<Row[]> {
  const [severity = null, since = null, id = null] = place ?? []
  const narrow = narrowed(viewer, filter)
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
      select l.service_id as id, t.slug as tenant, l.name as slug, l.display_name as "displayName", g.name as owner, ${MEMBERS} as "ownerMembers", l.tier::int as tier, c.data_class::int as "dataClass",
        l.severity::int as severity, l.since, l.instances::int as instances, l.unhealthy::int as unhealthy
      from service_list l join tenant t on t.id = l.tenant_id join ci c on c.id = l.service_id left join directory_group g on g.id = l.owner_group_id
      where l.environment = ${narrow.environment} and l.severity >= ${narrow.severity}
        and (${narrow.owners}::text[] is null or l.owner_group_id = any(${narrow.owners})) and (${narrow.tenant}::text is null or t.slug = ${narrow.tenant})
        and (not ${narrow.ownerNeeded} or l.service_id in (select o.service_id from app.ownerless() o)) and (${narrow.q}::text is null or l.service_id in (select f.id from app.search(${narrow.q}, ${FINDS}) f where f.class = 'service'))
        and (${id}::text is null
          or (not ${backwards} and (l.severity, l.since, l.service_id) < (${severity}::smallint, ${since}::timestamptz, ${id}))
          or (${backwards} and (l.severity, l.since, l.service_id) > (${severity}::smallint, ${since}::timestamptz, ${id})))
      order by case when ${backwards} then l.severity end asc, case when ${backwards} then l.since end asc, case when ${backwards} then l.service_id end asc,
        l.severity desc, l.since desc, l.service_id desc
      limit ${PAGE + 1}`,
  )
}

async function readByName(
  platform: Platform,
  viewer: Viewer,
  { filter, place, backwards }: Reading,
): Promise<Row[]> {
  const [name = null, id = null] = place ?? []
  const narrow = narrowed(viewer, filter)
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
      select l.service_id as id, t.slug as tenant, l.name as slug, l.display_name as "displayName", g.name as owner, ${MEMBERS} as "ownerMembers", l.tier::int as tier, c.data_class::int as "dataClass",
        l.severity::int as severity, l.since, l.instances::int as instances, l.unhealthy::int as unhealthy
      from service_list l join tenant t on t.id = l.tenant_id join ci c on c.id = l.service_id left join directory_group g on g.id = l.owner_group_id
      where l.environment = ${narrow.environment} and l.severity >= ${narrow.severity}
        and (${narrow.owners}::text[] is null or l.owner_group_id = any(${narrow.owners})) and (${narrow.tenant}::text is null or t.slug = ${narrow.tenant})
        and (not ${narrow.ownerNeeded} or l.service_id in (select o.service_id from app.ownerless() o)) and (${narrow.q}::text is null or l.service_id in (select f.id from app.search(${narrow.q}, ${FINDS}) f where f.class = 'service'))
        and (${id}::text is null
          or (not ${backwards} and (l.name, l.service_id) > (${name}, ${id}))
          or (${backwards} and (l.name, l.service_id) < (${name}, ${id})))
      order by case when ${backwards} then l.name end desc, case when ${backwards} then l.service_id end desc, l.name, l.service_id
      limit ${PAGE + 1}`,
  )
}

type Narrowed = {
  environment: string
  severity: number
  owners: string[] | null
  tenant: string | null
  q: string | null
  ownerNeeded: boolean
}

function narrowed(viewer: Viewer, filter: ServiceFilter): Narrowed {
  return {
    environment: filter.environment ?? '*',
    severity: filter.severityAtLeast ?? 0,
    owners: filter.view === 'mine' ? [...viewer.principals] : null,
    tenant: filter.tenant ?? null,
    q: filter.q?.trim() || null,
    ownerNeeded: filter.ownerNeeded ?? false,
  }
}

/** Names of the environments, in order of promotion. */
export async function listEnvironments(platform: Platform, viewer: Viewer): Promise<string[]> {
  const rows = await platform.read(viewer, (tx) =>
    tx.environment.findMany({ orderBy: { rank: 'asc' }, select: { name: true } }),
  )
  return rows.map((row) => row.name)
}
