import type { Transaction } from '#lib/db/client.ts'

export type Reservation = { scheme: 'service' | 'namespace' | 'repository'; value: string }

/** Promises names to a change until it ends. Answers the names that another change holds; then nothing of this is to be kept. */
export async function reserve(
  tx: Transaction,
  at: { tenantId: string; changeId: string },
  names: readonly Reservation[],
): Promise<Reservation[]> {
  const rows = JSON.stringify(names)
  await tx.$executeRaw`
    insert into name_reservation (scheme, value, tenant_id, change_id)
    select x.scheme, x.value, ${at.tenantId}, ${at.changeId} from jsonb_to_recordset(${rows}::jsonb) as x(scheme text, value text)
    order by x.scheme, x.value on conflict (scheme, value) do nothing`
  return tx.$queryRaw<Reservation[]>`
    select x.scheme, x.value from jsonb_to_recordset(${rows}::jsonb) as x(scheme text, value text)
    left join name_reservation r on r.scheme = x.scheme and r.value = x.value and r.change_id = ${at.changeId}
    where r.change_id is null order by 1, 2`
}

/** Requests of one tenant look at its quota one after another: two that fit only alone cannot both pass. */
export async function queueForQuota(tx: Transaction, tenantId: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended('quota ' || ${tenantId}, 0))`
}

/** Id of the ended change of the tenant that a new one repeats. */
export async function repeated(
  tx: Transaction,
  tenantId: string,
  number: number | undefined,
): Promise<string | undefined> {
  if (number === undefined) return undefined
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id from change where number = ${number}::bigint and tenant_id = ${tenantId} and state in ('rejected','cancelled','expired','closed')`
  return rows[0]?.id
}

/** Frees every name a change held; a repeat changes nothing. */
export async function release(tx: Transaction, changeId: string): Promise<void> {
  await tx.$executeRaw`delete from name_reservation where change_id = ${changeId}`
}
