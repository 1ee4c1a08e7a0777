import type { Transaction } from '#lib/db/client.ts'

export type WaiverRow = {
  id: string
  clusterId: string
  cluster: string
  checkId: string
  askedBy: string
  verdict: 'granted' | 'refused' | null
  revoked: boolean
  expired: boolean
}

/** What a blocking check of a cluster found at its newest preflight, when it fails; undefined otherwise. */
export async function failingFinding(
  tx: Transaction,
  clusterId: string,
  checkId: string,
): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ finding: string }[]>`
    select c->>'evidence' as finding from cluster_preflight p cross join lateral jsonb_array_elements(p.checks) c
    where p.cluster_id = ${clusterId} and c->>'id' = ${checkId} and c->>'outcome' = 'fail' and (c->>'blocking')::boolean`
  return rows[0]?.finding
}

/** Asks for a waiver; false where one is asked for already. */
export async function insertWaiver(
  tx: Transaction,
  waiver: {
    id: string
    clusterId: string
    checkId: string
    finding: string
    reason: string
    askedBy: string
    days: number
  },
): Promise<boolean> {
  const n = await tx.$executeRaw`
    insert into preflight_waiver (id, cluster_id, check_id, finding, reason, asked_by, expires_at)
    values (${waiver.id}, ${waiver.clusterId}, ${waiver.checkId}, ${waiver.finding}, ${waiver.reason}, ${waiver.askedBy}, clock_timestamp() + make_interval(days => ${waiver.days}))
    on conflict (cluster_id, check_id) where verdict is null do nothing`
  return n === 1
}

/** Reads a waiver and keeps others from deciding it until the transaction ends. */
export async function lockWaiver(tx: Transaction, id: string): Promise<WaiverRow | undefined> {
  const rows = await tx.$queryRaw<WaiverRow[]>`
    select w.id, w.cluster_id as "clusterId", c.name as cluster, w.check_id as "checkId", w.asked_by as "askedBy", w.verdict,
      w.revoked_at is not null as revoked, w.expires_at <= clock_timestamp() as expired
    from preflight_waiver w join cluster c on c.id = w.cluster_id where w.id = ${id} for update of w`
  return rows[0]
}

/** Writes the second person's verdict. */
export async function decideWaiver(
  tx: Transaction,
  { id, verdict, by }: { id: string; verdict: 'granted' | 'refused'; by: string },
): Promise<void> {
  await tx.$executeRaw`
    update preflight_waiver set verdict = ${verdict}, decided_by = ${by}, decided_at = clock_timestamp() where id = ${id}`
}

/** Ends a granted waiver before its time. */
export async function revokeWaiver(tx: Transaction, id: string, by: string): Promise<void> {
  await tx.$executeRaw`
    update preflight_waiver set revoked_by = ${by}, revoked_at = clock_timestamp() where id = ${id}`
}

/** The blocking checks that keep tenants from a cluster today. */
export async function unfitFor(tx: Transaction, clusterId: string): Promise<string[]> {
  const [row] = await tx.$queryRaw<
    { checks: string[] }[]
  >`select app.unfit_for(${clusterId}) as checks`
  return row?.checks ?? []
}
