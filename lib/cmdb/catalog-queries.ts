import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'

export type CatalogRow = {
  id: string
  class: string
  name: string
  displayName: string
  tenant: string
  owner: string | null
  stage: string
  status: string
  tier: number | null
  dataClass: number | null
}

export type CatalogFilter = PageRequest & {
  q?: string | undefined
  class?: string | undefined
  tenant?: string | undefined
  retired?: boolean | undefined
}

const PAGE = 50

/** One page of configuration items by name. A search of two characters or more goes through the search index and is one page, best first. */
export async function listCatalog(
  platform: Platform,
  viewer: Viewer,
  filter: CatalogFilter,
): Promise<ListPage<CatalogRow>> {
  const words = filter.q?.trim() ?? ''
  return words.length >= 2
    ? { rows: await searched(platform, viewer, filter, words) }
    : paged(platform, viewer, filter)
}

const SHOWN = Prisma.sql`c.id, c.class, c.name, c.display_name as "displayName", t.slug as tenant, g.name as owner, c.stage, c.status, c.tier::int as tier, c.data_class::int as "dataClass"`

function searched(
  platform: Platform,
  viewer: Viewer,
  filter: CatalogFilter,
  words: string,
): Promise<CatalogRow[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<CatalogRow[]>`
      select ${SHOWN} from app.search(${words.slice(0, 100)}, ${4 * PAGE}::int) f join ci c on c.id = f.id join tenant t on t.id = c.tenant_id left join directory_group g on g.id = c.owner_group_id
      where (${filter.class ?? null}::text is null or c.class = ${filter.class ?? ''}) and (${filter.tenant ?? null}::text is null or t.slug = ${filter.tenant ?? ''})
      order by f.rank desc, c.name limit ${PAGE}`,
  )
}

async function paged(
  platform: Platform,
  viewer: Viewer,
  filter: CatalogFilter,
): Promise<ListPage<CatalogRow>> {
  const place = readPlace(filter.before ?? filter.after, ['text', 'text'])
  const backwards = filter.before !== undefined && place !== undefined
  const way = backwards ? Prisma.sql`desc` : Prisma.sql`asc`
  const conditions = [
    filter.retired ? Prisma.sql`c.retired_at is not null` : Prisma.sql`c.retired_at is null`,
    ...(filter.class ? [Prisma.sql`c.class = ${filter.class}`] : []),
    ...(filter.tenant
      ? [Prisma.sql`c.tenant_id = (select id from tenant where slug = ${filter.tenant})`]
      : []),
    ...(place
      ? [
          Prisma.sql`(c.search_text, c.id) ${backwards ? Prisma.sql`<` : Prisma.sql`>`} (${place[0]}, ${place[1]})`,
        ]
      : []),
  ]
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<(CatalogRow & { place: string })[]>`
      with page as materialized (select c.* from ci c where ${Prisma.join(conditions, ' and ')} order by c.search_text ${way}, c.id ${way} limit ${PAGE + 1})
      select ${SHOWN}, c.search_text as place from page c join tenant t on t.id = c.tenant_id left join directory_group g on g.id = c.owner_group_id
      order by c.search_text ${way}, c.id ${way}`,
  )
  return cutPage(rows, PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [row.place, row.id],
  })
}

export type CatalogItem = CatalogRow & {
  naturalKey: string
  csdmTable: string | null
  attributes: Record<string, unknown>
  version: number
  createdAt: string
  updatedAt: string
  retiredAt: string | null
  keys: { scheme: string; value: string }[]
  relations: {
    type: string
    outward: boolean
    id: string
    class: string
    name: string
    change: number | null
    since: string
  }[]
  history: {
    version: number
    at: string
    op: string
    actor: string
    change: number | null
    reason: string | null
    changed: string[]
  }[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
const MOST = 200

/** One configuration item with its living relations both ways (at most 200) and its last 50 versions; null when there is none to see. */
export async function readItem(
  platform: Platform,
  viewer: Viewer,
  id: string,
): Promise<CatalogItem | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<CatalogItem[]>`
      select ${SHOWN}, c.natural_key as "naturalKey", k.csdm_table as "csdmTable", c.attributes, c.version::int as version, to_char(c.created_at at time zone 'UTC', ${ISO}) as "createdAt",
        to_char(c.updated_at at time zone 'UTC', ${ISO}) as "updatedAt", to_char(c.retired_at at time zone 'UTC', ${ISO}) as "retiredAt",
        coalesce((select jsonb_agg(jsonb_build_object('scheme', x.scheme, 'value', x.value) order by x.scheme, x.value) from ci_key x where x.ci_id = c.id), '[]') as keys,
        coalesce((select jsonb_agg(y) from (
          select jsonb_build_object('type', r.type, 'outward', true, 'id', o.id, 'class', o.class, 'name', o.name, 'change', n.number, 'since', to_char(r.valid_from at time zone 'UTC', ${ISO})) as y
            from ci_relation r join ci o on o.id = r.to_id left join change n on n.id = r.created_change where r.from_id = c.id and r.valid_to is null
          union all select jsonb_build_object('type', i.inverse, 'outward', false, 'id', o.id, 'class', o.class, 'name', o.name, 'change', n.number, 'since', to_char(r.valid_from at time zone 'UTC', ${ISO}))
            from ci_relation r join ci_relation_type i on i.type = r.type join ci o on o.id = r.from_id left join change n on n.id = r.created_change where r.to_id = c.id and r.valid_to is null
          limit ${MOST}) z), '[]') as relations,
        coalesce((select jsonb_agg(y) from (select jsonb_build_object('version', h.version, 'at', to_char(h.at at time zone 'UTC', ${ISO}), 'op', h.op, 'actor', coalesce(p.display_name, h.actor),
            'change', n.number, 'reason', h.reason, 'changed', h.changed) as y
          from row_history h left join person p on p.id = h.actor left join change n on n.id = h.change_id where h.row_id = c.id and h.table_name = 'ci' order by h.version desc limit 50) z), '[]') as history
      from ci c join tenant t on t.id = c.tenant_id join ci_class k on k.class = c.class left join directory_group g on g.id = c.owner_group_id where c.id = ${id}`,
  )
  return row ?? null
}

/** What the catalog can be filtered by: classes that exist, tenants that the viewer sees. */
export async function catalogFacets(
  platform: Platform,
  viewer: Viewer,
): Promise<{ classes: string[]; tenants: { slug: string; name: string }[] }> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ classes: string[]; tenants: { slug: string; name: string }[] }[]>`
      select (select array_agg(class order by class) from ci_class) as classes,
        coalesce((select jsonb_agg(jsonb_build_object('slug', slug, 'name', name) order by name) from tenant), '[]') as tenants`,
  )
  return row ?? { classes: [], tenants: [] }
}
