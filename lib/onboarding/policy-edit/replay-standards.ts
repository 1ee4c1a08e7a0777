import { BANDS, type Band } from '#lib/changes/risk.ts'
import {
  type BoundedRequest,
  coveringStandard,
  type StandardTemplate,
} from '#lib/changes/standard.ts'
import type { Transaction } from '#lib/db/client.ts'
import { REPLAYED } from './replay-policies.ts'

export type ReplayedRequest = {
  number: number
  title: string
  /** Name of the standard that covers it; null: people are asked. */
  before: string | null
  after: string | null
}

export type StandardReplay = {
  looked: number
  /** Those which would be covered otherwise, newest first. */
  differ: ReplayedRequest[]
  /** Of these, how many nobody would have been asked about any more. */
  opened: number
}

type Row = Omit<BoundedRequest, 'band'> & { band: string; number: number; title: string }
type Standards = readonly StandardTemplate[]

/** The last requests for new services, each with what covers it and what would. Adoptions and emergencies are never pre-authorised. Reads only. */
export async function replayStandards(
  tx: Transaction,
  { before, after, now }: { before: Standards; after: Standards; now: Date },
): Promise<StandardReplay> {
  const rows = await tx.$queryRaw<Row[]>`
    select c.number::int as number, c.title, t.slug as tenant, coalesce(c.risk_band, 'medium') as band, r.value->>'template' as template, r.value->>'size' as size,
      (r.value->>'dataClass')::int as "dataClass", (r.value->>'tier')::int as tier, coalesce(r.value->'parameters', '{}') as parameters, jsonb_array_length(r.value->'targets') as targets,
      array(select distinct x->>'environment' from jsonb_array_elements(r.value->'targets') x) as environments
    from change c join tenant t on t.id = c.tenant_id join change_revision v on v.change_id = c.id and v.revision = c.revision
      cross join lateral (select v.parameters->'request' as value) r
    where c.kind = 'onboard' and c.type in ('standard','normal') and not exists (select from jsonb_array_elements(r.value->'targets') x where x ? 'adopt')
    order by c.created_at desc, c.id desc limit ${REPLAYED}`
  const differ = rows.flatMap(({ number, title, band, ...asked }): ReplayedRequest[] => {
    if (!BANDS.includes(band as Band)) return []
    const request = { ...asked, band: band as Band }
    const was = coveringStandard(request, before, now)?.name ?? null
    const is = coveringStandard(request, after, now)?.name ?? null
    return was === is ? [] : [{ number, title, before: was, after: is }]
  })
  const opened = differ.filter((one) => one.before === null).length
  return { looked: rows.length, differ, opened }
}
