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
  targets: ShownTargets[]
}

/** A stored plan as people read it; with `before`, what stood in an earlier plan at the same path. */
export async function readPlan(
  platform: Platform,
  viewer: Viewer,
  plan: { hash: string; before?: string | undefined },
): Promise<ShownPlan> {
  return platform.read(viewer, async (tx) => {
    const groups = await readGroups(tx, plan.hash)
    const rows = await readItems(
      tx,
      plan,
      groups.map((group) => group.clusterId),
    )
    const prefixed = (prefix: string) =>
      rows
        .filter((row) => row.clusterId === null && row.path.startsWith(prefix))
        .map((row) => shown(row, prefix))
    return {
      sections: await readSections(tx, plan.hash),
      files: prefixed('repo/'),
      records: prefixed('cmdb/'),
      terms: prefixed('terms/'),
      targets: groups.map((group) => ({
        cluster: group.cluster,
        namespace: group.namespace,
        clusters: group.clusters,
        items: rows
          .filter((row) => row.clusterId === group.clusterId && row.namespace === group.namespace)
          .map((row) => shown(row, `cluster/${group.cluster}/${group.namespace}/`)),
      })),
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
  namespace: string | null
  mediaType: string
  body: string
  previous: string | null
}

async function readItems(
  tx: Transaction,
  plan: { hash: string; before?: string | undefined },
  clusters: readonly string[],
): Promise<Item[]> {
  return tx.$queryRaw<Item[]>`
    select i.section, i.path, i.action, i.cluster_id as "clusterId", i.namespace, b.media_type as "mediaType", convert_from(b.body, 'UTF8') as body,
      case when o.blob_hash <> i.blob_hash then convert_from(ob.body, 'UTF8') end as previous
    from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash
      left join plan_item o on o.plan_hash = decode(${plan.before ?? ''}, 'hex') and o.section = i.section and o.path = i.path
      left join blob ob on ob.tenant_id = o.tenant_id and ob.hash = o.blob_hash
    where i.plan_hash = decode(${plan.hash}, 'hex') and (i.cluster_id is null or i.cluster_id = any(${[...clusters]}))
    order by i.ordinal, i.path`
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
