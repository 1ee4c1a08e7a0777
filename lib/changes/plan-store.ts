import type { Transaction } from '#lib/db/client.ts'

export type StoredItem = {
  section: string
  path: string
  action: string
  ordinal: number
  clusterId: string | null
  namespace: string | null
  mediaType: string
  /** SHA-256 of the body, hex. */
  hash: string
  body: string
  /** What stands in its place, as it was read last: shown beside it, and no part of the plan's hash. */
  previous?: { hash: string; body: string }
}

export type StoredPlan = {
  hash: string
  rendererVersion: string
  sections: Record<string, string>
  items: readonly StoredItem[]
}

const ROWS_AT_ONCE = 2000

/** Keeps a plan and its bytes, content-addressed: what is there already is not written again. */
export async function savePlan(tx: Transaction, tenantId: string, plan: StoredPlan): Promise<void> {
  const inserted = await tx.$executeRaw`
    insert into plan (hash, tenant_id, renderer_version) values (decode(${plan.hash}, 'hex'), ${tenantId}, ${plan.rendererVersion})
    on conflict (hash) do nothing`
  if (inserted === 0) return
  await tx.$executeRaw`
    insert into plan_section (plan_hash, tenant_id, section, hash)
    select decode(${plan.hash}, 'hex'), ${tenantId}, key, decode(value, 'hex') from jsonb_each_text(${JSON.stringify(plan.sections)}::jsonb)`
  for (let at = 0; at < plan.items.length; at += ROWS_AT_ONCE) {
    await saveItems(tx, tenantId, plan.hash, plan.items.slice(at, at + ROWS_AT_ONCE))
  }
}

async function saveItems(
  tx: Transaction,
  tenantId: string,
  planHash: string,
  items: readonly StoredItem[],
): Promise<void> {
  const blobs = items.flatMap(({ hash, body, mediaType, previous }) => [
    { hash, body, mediaType },
    ...(previous ? [{ ...previous, mediaType }] : []),
  ])
  await tx.$executeRaw`
    insert into blob (tenant_id, hash, media_type, size, body)
    select distinct on (x.hash) ${tenantId}, decode(x.hash, 'hex'), x.type, length(convert_to(x.body, 'UTF8')), convert_to(x.body, 'UTF8')
    from unnest(${blobs.map((i) => i.hash)}::text[], ${blobs.map((i) => i.mediaType)}::text[], ${blobs.map((i) => i.body)}::text[]) as x(hash, type, body)
    order by x.hash on conflict (tenant_id, hash) do nothing`
  await tx.$executeRaw`
    insert into plan_item (plan_hash, section, path, tenant_id, action, ordinal, cluster_id, namespace, blob_hash, previous_hash)
    select decode(${planHash}, 'hex'), x.section, x.path, ${tenantId}, x.action, x.ordinal, x.cluster, x.namespace, decode(x.hash, 'hex'), decode(x.previous, 'hex')
    from unnest(${items.map((i) => i.section)}::text[], ${items.map((i) => i.path)}::text[], ${items.map((i) => i.action)}::text[],
      ${items.map((i) => i.ordinal)}::int[], ${items.map((i) => i.clusterId)}::text[], ${items.map((i) => i.namespace)}::text[],
      ${items.map((i) => i.hash)}::text[], ${items.map((i) => i.previous?.hash ?? null)}::text[]) as x(section, path, action, ordinal, cluster, namespace, hash, previous)`
}

/** Section hashes of a stored plan, hex. */
export async function loadSections(
  tx: Transaction,
  planHash: string,
): Promise<Record<string, string>> {
  const rows = await tx.$queryRaw<{ section: string; hash: string }[]>`
    select section, encode(hash, 'hex') as hash from plan_section where plan_hash = decode(${planHash}, 'hex')`
  return Object.fromEntries(rows.map((row) => [row.section, row.hash]))
}

/** Paths, actions and hashes of a whole plan, without bodies: enough to verify its hash. */
export async function loadItemHashes(
  tx: Transaction,
  planHash: string,
): Promise<{ section: string; path: string; action: string; hash: string }[]> {
  return tx.$queryRaw`
    select section, path, action, encode(blob_hash, 'hex') as hash from plan_item where plan_hash = decode(${planHash}, 'hex')`
}

export type ItemFilter =
  | { prefix: string }
  | { targets: readonly { clusterId: string; namespace: string }[] }

/** Items with their bytes: those under a path prefix, or those of some targets, in order of application. */
export async function loadItems(
  tx: Transaction,
  planHash: string,
  filter: ItemFilter,
): Promise<StoredItem[]> {
  if ('prefix' in filter) {
    return tx.$queryRaw<StoredItem[]>`
      select i.section, i.path, i.action, i.ordinal, i.cluster_id as "clusterId", i.namespace, b.media_type as "mediaType",
        encode(i.blob_hash, 'hex') as hash, convert_from(b.body, 'UTF8') as body
      from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash
      where i.plan_hash = decode(${planHash}, 'hex') and i.cluster_id is null and starts_with(i.path, ${filter.prefix}) order by i.ordinal, i.path`
  }
  return tx.$queryRaw<StoredItem[]>`
    select i.section, i.path, i.action, i.ordinal, i.cluster_id as "clusterId", i.namespace, b.media_type as "mediaType",
      encode(i.blob_hash, 'hex') as hash, convert_from(b.body, 'UTF8') as body
    from unnest(${filter.targets.map((t) => t.clusterId)}::text[], ${filter.targets.map((t) => t.namespace)}::text[]) as t(cluster, ns)
    join plan_item i on i.plan_hash = decode(${planHash}, 'hex') and i.cluster_id = t.cluster and i.namespace = t.ns
    join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash order by i.ordinal, i.path`
}
