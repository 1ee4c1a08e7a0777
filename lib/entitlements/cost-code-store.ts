import type { Transaction } from '#lib/db/client.ts'
import type { FinanceValue, SourceRecord } from './sources/kinds.ts'

const FINANCE = 'finance feed'

/** Records of which the tenant is not known here say so: nobody is charged by a code that nobody can own. */
export async function withKnownTenants(
  tx: Transaction,
  records: readonly SourceRecord[],
): Promise<SourceRecord[]> {
  const tenants = await tx.$queryRaw<{ slug: string }[]>`select slug from tenant`
  const known = new Set(tenants.map(({ slug }) => slug))
  return records.map((one) => {
    if (!('value' in one)) return one
    const { tenant } = one.value as FinanceValue
    return known.has(tenant) ? one : { key: one.key, trouble: `no tenant is called ${tenant}` }
  })
}

/** Cost codes as finance tells them: those of the feed are written, those that it does not name any more are closed from today. */
export async function writeCostCodes(
  tx: Transaction,
  records: readonly SourceRecord[],
  asOf: Date,
): Promise<void> {
  const rows = JSON.stringify(
    records.flatMap((one) => ('value' in one ? [{ code: one.key, ...one.value }] : [])),
  )
  await tx.$executeRaw`
    insert into cost_code (code, tenant_id, name, chargeable, valid_from, valid_to, observed_at, source)
    select x.code, t.id, x.name, x.chargeable, x.open_from, x.closes_on, ${asOf}, ${FINANCE}
    from jsonb_to_recordset(${rows}::jsonb) as x(code text, tenant text, name text, chargeable boolean, open_from date, closes_on date) join tenant t on t.slug = x.tenant
    on conflict (code) do update set tenant_id = excluded.tenant_id, name = excluded.name, chargeable = excluded.chargeable, valid_from = excluded.valid_from,
      valid_to = excluded.valid_to, observed_at = excluded.observed_at, source = excluded.source`
  const named = JSON.stringify(records.map(({ key }) => key))
  await tx.$executeRaw`
    update cost_code set valid_to = current_date, observed_at = ${asOf} where source = ${FINANCE} and (valid_to is null or valid_to > current_date)
      and not exists (select from jsonb_array_elements_text(${named}::jsonb) n where n = code)`
}

/** The feed says the same as before: its codes are as young as it is. */
export async function ageCostCodes(tx: Transaction, asOf: Date): Promise<void> {
  await tx.$executeRaw`update cost_code set observed_at = ${asOf} where source = ${FINANCE} and observed_at < ${asOf}
    and not exists (select from fact f where f.kind = 'finance' and f.key = code and f.value ? 'trouble')`
}
