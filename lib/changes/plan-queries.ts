import { stringify } from 'yaml'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type ShownItem = {
  section: string
  path: string
  action: string
  text: string
  previous?: string
}

/** Targets of one environment whose objects differ only in the cluster's own name and id: one of them stands for all. */
export type ShownTargets = {
  cluster: string
  namespace: string
  clusters: string[]
  items: ShownItem[]
}

export type ShownPlan = {
  sections: { name: string; adds: number; alters: number; removes: number }[]
  files: ShownItem[]
  records: ShownItem[]
  terms: ShownItem[]
  /** Objects of a cluster's baseline. */
  baseline: ShownItem[]
  /** Texts of policies. */
  policies: ShownItem[]
  targets: ShownTargets[]
}

export type PlanReading = {
  hash: string
  /** An earlier plan to compare with: what stood there comes along, and what is gone. */
  before?: string | undefined
  /** Leave out what did not move since `before`. */
  onlyMoved?: boolean
}

/** A stored plan as people read it. */
export async function readPlan(
  platform: Platform,
  viewer: Viewer,
  plan: PlanReading,
): Promise<ShownPlan> {
  return platform.read(viewer, async (tx) => {
    const groups = await readGroups(tx, plan.hash)
    const clusters = groups.map((group) => group.clusterId)
    const all = await readItems(tx, plan, clusters)
    const gone = plan.before ? await readGone(tx, plan.hash, plan.before) : []
    const rows = [...(plan.onlyMoved ? all.filter((row) => row.moved) : all), ...gone]
    const under = (prefix: string) =>
      rows
        .filter((row) => row.clusterId === null && row.path.startsWith(prefix))
        .map((row) => shown(row, prefix))
    return {
      sections: await readSections(tx, plan.hash),
      files: under('repo/'),
      records: under('cmdb/'),
      terms: under('terms/'),
      baseline: under('baseline/'),
      policies: under('policy/'),
      targets: targetsOf(groups, rows),
    }
  })
}

/** Folded targets of the plan, then targets that are gone from it. */
function targetsOf(groups: readonly Group[], rows: readonly Item[]): ShownTargets[] {
  const keyOf = (of: { cluster: string | null; namespace: string | null }) =>
    `${of.cluster}/${of.namespace}`
  const known = new Map(groups.map((group) => [keyOf(group), group.clusters]))
  const byTarget = new Map<string, Item[]>()
  for (const row of rows) {
    if (row.cluster === null) continue
    byTarget.set(keyOf(row), [...(byTarget.get(keyOf(row)) ?? []), row])
  }
  return [...byTarget].map(([key, items]) => {
    const { cluster, namespace } = items[0] ?? {}
    return {
      cluster: cluster ?? '',
      namespace: namespace ?? '',
      clusters: known.get(key) ?? [cluster ?? ''],
      items: items.map((row) => shown(row, `cluster/${key}/`)),
    }
  })
}

type Group = { clusterId: string; cluster: string; namespace: string; clusters: string[] }

async function readGroups(tx: Transaction, hash: string): Promise<Group[]> {
  return tx.$queryRaw<Group[]>`
    with target as (
      select i.cluster_id, c.name, i.namespace,
        md5(string_agg(i.action || replace(i.path, c.name, '*') || md5(replace(replace(convert_from(b.body, 'UTF8'), i.cluster_id, '*'), c.name, '*')), '' order by i.ordinal, replace(i.path, c.name, '*'))) as sameness
      from plan_item i join cluster c on c.id = i.cluster_id join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash
      where i.plan_hash = decode(${hash}, 'hex') and i.cluster_id is not null group by 1, 2, 3)
    select (array_agg(cluster_id order by name))[1] as "clusterId", (array_agg(name order by name))[1] as cluster, namespace, array_agg(name order by name) as clusters
    from target group by namespace, sameness order by namespace, 2`
}

type Item = {
  section: string
  path: string
  action: string
  clusterId: string | null
  cluster: string | null
  namespace: string | null
  mediaType: string
  body: string
  previous: string | null
  moved: boolean
}

async function readItems(
  tx: Transaction,
  plan: PlanReading,
  clusters: readonly string[],
): Promise<Item[]> {
  return tx.$queryRaw<Item[]>`
    select i.section, i.path, i.action, i.cluster_id as "clusterId", k.name as cluster, i.namespace, b.media_type as "mediaType", convert_from(b.body, 'UTF8') as body,
      o.blob_hash is distinct from i.blob_hash as moved, convert_from(case when o.blob_hash <> i.blob_hash then ob.body when i.action = 'alter' then sb.body end, 'UTF8') as previous
    from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash left join cluster k on k.id = i.cluster_id
      left join plan_item o on o.plan_hash = decode(${plan.before ?? ''}, 'hex') and o.section = i.section and o.path = i.path
      left join blob ob on ob.tenant_id = o.tenant_id and ob.hash = o.blob_hash
      left join lateral (select convert_from(y.body, 'UTF8')::jsonb ->> i.path as hash from plan_item x join blob y on y.tenant_id = x.tenant_id and y.hash = x.blob_hash
        where x.plan_hash = i.plan_hash and x.section = 'repository' and x.path = 'terms/stands') st on i.cluster_id is not null and i.action = 'alter'
      left join blob sb on sb.tenant_id = i.tenant_id and sb.hash = coalesce(i.previous_hash, decode(st.hash, 'hex'))
    where i.plan_hash = decode(${plan.hash}, 'hex') and (i.cluster_id is null or i.cluster_id = any(${[...clusters]}))
    order by k.name nulls first, i.ordinal, i.path`
}

/** What the earlier plan held and this one does not. */
async function readGone(tx: Transaction, hash: string, before: string): Promise<Item[]> {
  return tx.$queryRaw<Item[]>`
    select o.section, o.path, 'remove' as action, o.cluster_id as "clusterId", k.name as cluster, o.namespace, b.media_type as "mediaType", convert_from(b.body, 'UTF8') as body,
      true as moved, null as previous
    from plan_item o join blob b on b.tenant_id = o.tenant_id and b.hash = o.blob_hash left join cluster k on k.id = o.cluster_id
    where o.plan_hash = decode(${before}, 'hex') and not exists (select 1 from plan_item i where i.plan_hash = decode(${hash}, 'hex') and i.path = o.path)
    order by k.name nulls first, o.ordinal, o.path limit 2000`
}

async function readSections(tx: Transaction, hash: string): Promise<ShownPlan['sections']> {
  return tx.$queryRaw<ShownPlan['sections']>`
    select s.section as name, count(i.*) filter (where i.action = 'create')::int as adds, count(i.*) filter (where i.action = 'alter')::int as alters,
      count(i.*) filter (where i.action = 'remove')::int as removes
    from plan_section s left join plan_item i on i.plan_hash = s.plan_hash and i.section = s.section
    where s.plan_hash = decode(${hash}, 'hex') group by s.section
    order by array_position(array['identity','data','access','network','capacity','repository','schedule'], s.section)`
}

function shown(row: Item, prefix: string): ShownItem {
  const legible = (body: string) =>
    row.mediaType === 'application/json' ? stringify(JSON.parse(body)) : body
  return {
    section: row.section,
    path: row.path.slice(prefix.length),
    action: row.action,
    text: legible(row.body),
    ...(row.previous === null ? {} : { previous: legible(row.previous) }),
  }
}
