import { z } from 'zod'
import type { Transaction } from '#lib/db/client.ts'

/** How far letting go of a target came. */
export const RELEASE_PHASES = [
  'begun',
  'pruning',
  'pruned',
  'cleared',
  'quarantined',
  'ended',
] as const
export type ReleasePhase = (typeof RELEASE_PHASES)[number]

const Left = z.array(z.object({ kind: z.string(), name: z.string(), owner: z.string() }))

export type ReleaseRow = {
  targetId: string
  phase: ReleasePhase
  /** Ids of what Flux had applied when its Kustomization was about to be deleted; null before that. */
  inventory: string[] | null
  /** Until the quarantine ends; null where it has not begun. */
  quarantineSeconds: number | null
  quarantineUntil: string | null
  leftBehind: z.infer<typeof Left>
  namespaceKept: boolean
}

type At = { targetId: string; fence: bigint }

/** Opens the rows of targets that a change lets go of, or finds them where an attempt before came; a row of an earlier change begins anew. */
export async function openReleases(
  tx: Transaction,
  at: { tenantId: string; changeId: string },
  targetIds: readonly string[],
): Promise<Map<string, ReleaseRow>> {
  await tx.$executeRaw`
    insert into target_release (target_id, tenant_id, change_id) select x, ${at.tenantId}, ${at.changeId} from unnest(${[...targetIds]}::text[]) x
    on conflict (target_id) do update set change_id = excluded.change_id, phase = 'begun', inventory = null, quarantine_until = null, left_behind = '[]', namespace_kept = false
    where target_release.change_id <> excluded.change_id`
  const rows = await tx.$queryRaw<ReleaseRow[]>`
    select target_id as "targetId", phase, inventory, extract(epoch from quarantine_until - clock_timestamp())::float8 as "quarantineSeconds",
      to_char(quarantine_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "quarantineUntil",
      left_behind as "leftBehind", namespace_kept as "namespaceKept"
    from target_release where target_id = any(${[...targetIds]})`
  return new Map(
    rows.map((row) => [row.targetId, { ...row, leftBehind: Left.parse(row.leftBehind) }]),
  )
}

export type ReleaseFacts = {
  phase?: ReleasePhase
  inventory?: readonly string[]
  leftBehind?: ReleaseRow['leftBehind']
  namespaceKept?: boolean
}

/** Writes how far a target came, under its fence; false, and nothing written, when another worker holds it. */
export async function saveRelease(
  tx: Transaction,
  { targetId, fence }: At,
  facts: ReleaseFacts,
): Promise<boolean> {
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value))
  const n = await tx.$executeRaw`
    update target_release r set phase = coalesce(${facts.phase ?? null}, r.phase), inventory = coalesce(${json(facts.inventory)}::jsonb, r.inventory),
      left_behind = coalesce(${json(facts.leftBehind)}::jsonb, r.left_behind), namespace_kept = coalesce(${facts.namespaceKept ?? null}::boolean, r.namespace_kept), updated_at = clock_timestamp()
    from target t where r.target_id = ${targetId} and t.id = r.target_id and t.fence = ${fence}`
  return n === 1
}

/** Begins the quarantine of a target, or finds it begun: its end never moves. Undefined when another worker holds the target. */
export async function beginQuarantine(
  tx: Transaction,
  { targetId, fence }: At,
  minutes: number,
): Promise<{ seconds: number; until: string } | undefined> {
  const rows = await tx.$queryRaw<{ seconds: number; until: string }[]>`
    update target_release r set phase = 'quarantined', quarantine_until = coalesce(r.quarantine_until, clock_timestamp() + make_interval(mins => ${minutes}::int)), updated_at = clock_timestamp()
    from target t where r.target_id = ${targetId} and t.id = r.target_id and t.fence = ${fence}
    returning extract(epoch from r.quarantine_until - clock_timestamp())::float8 as seconds, to_char(r.quarantine_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until`
  return rows[0]
}

export type InventoryRow = {
  targetId: string
  kind: string
  name: string
  uid: string | null
  existedBefore: boolean
}

/** What of ours stands on targets, with the uids under which we placed it. */
export async function loadInventory(
  tx: Transaction,
  targetIds: readonly string[],
): Promise<InventoryRow[]> {
  return tx.$queryRaw<InventoryRow[]>`
    select target_id as "targetId", kind, name, uid, existed_before as "existedBefore" from target_object where target_id = any(${[...targetIds]})`
}

/** Takes objects that are gone off the inventory, under the target's fence. */
export async function forgetObjects(
  tx: Transaction,
  { targetId, fence }: At,
  objects: readonly { kind: string; name: string }[],
): Promise<void> {
  await tx.$executeRaw`
    delete from target_object o using target t, jsonb_to_recordset(${JSON.stringify(objects)}::jsonb) as x(kind text, name text)
    where o.target_id = ${targetId} and t.id = o.target_id and t.fence = ${fence} and o.kind = x.kind and o.name = x.name`
}

/** Says that targets are being let go of, or that one is. */
export async function markReleased(
  tx: Transaction,
  targetIds: readonly string[],
  state: 'releasing' | 'released',
): Promise<void> {
  await tx.$executeRaw`update target set state = ${state} where id = any(${[...targetIds]})`
}

/** What the targets of a change left behind, and whether their namespaces were kept. */
export async function releasesOf(
  tx: Transaction,
  changeId: string,
): Promise<
  {
    clusterId: string
    cluster: string
    namespace: string
    kept: boolean
    left: ReleaseRow['leftBehind']
  }[]
> {
  return tx.$queryRaw`
    select t.cluster_id as "clusterId", k.name as cluster, t.namespace, r.namespace_kept as kept, r.left_behind as left
    from target_release r join target t on t.id = r.target_id join cluster k on k.id = t.cluster_id where r.change_id = ${changeId} order by k.name, t.namespace`
}
