import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { SOURCE_KINDS, type SourceKind } from './sources/kinds.ts'
import { usesOf } from './sources/uses.ts'

export type SourceTerms = {
  id: string
  transport: 'https' | 'file'
  format: 'csv' | 'json'
  address: string
  token: boolean
  authority: boolean
  everyMinutes: number
  maxRemovedPercent: number
  reason: string
  proposedBy: string
  decidedBy: string | null
  at: string
  /** Proposed by whoever looks. */
  own: boolean
}

export type SourceView = {
  kind: SourceKind
  active: SourceTerms | null
  proposed: SourceTerms | null
  /** How it stands with reading what is active. */
  state: {
    /** When the source wrote what is known; null before it was read. */
    asOf: string | null
    readAt: string | null
    nextAt: string
    records: number
    troubled: number
    trouble: { said: string; since: string } | null
    held: { digest: string; removed: number; of: number; since: string; accepted: boolean } | null
  } | null
  /** Titles of the checks that rest on it, and how old it may be for the strictest of them, in minutes. */
  uses: { titles: string[]; freshMinutes: number }
  /** Older than that: those checks answer with an error. */
  stale: boolean
  /** Of the records whose rows could not be read, some. */
  troubles: { key: string; trouble: string }[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** Every kind of source, set up or not, and how it stands with each. Whoever calls it has asked for `platform.read`. */
export async function readSources(platform: Platform, viewer: Viewer): Promise<SourceView[]> {
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<Omit<SourceView, 'uses' | 'stale'>[]>`
      select k.kind, t.active, t.proposed,
        case when s.source_id is not null then jsonb_build_object('asOf', to_char(s.as_of at time zone 'UTC', ${ISO}), 'readAt', to_char(s.read_at at time zone 'UTC', ${ISO}),
          'nextAt', to_char(s.next_at at time zone 'UTC', ${ISO}), 'records', s.records, 'troubled', s.troubled,
          'trouble', case when s.trouble is not null then jsonb_build_object('said', s.trouble, 'since', to_char(s.trouble_since at time zone 'UTC', ${ISO})) end,
          'held', case when s.held_digest is not null then jsonb_build_object('digest', encode(s.held_digest, 'hex'), 'removed', s.held_removed, 'of', s.held_of,
            'since', to_char(s.held_since at time zone 'UTC', ${ISO}), 'accepted', s.accepted_digest is not distinct from s.held_digest) end) end as state,
        case when s.troubled > 0 then (select jsonb_agg(jsonb_build_object('key', x.key, 'trouble', x.value->>'trouble')) from
          (select f.key, f.value from fact f where f.kind = k.kind and f.value ? 'trouble' order by f.key limit 5) x) else '[]' end as troubles
      from unnest(${[...SOURCE_KINDS]}::text[]) with ordinality as k(kind, place) left join source_state s on s.kind = k.kind
        left join lateral (select
          jsonb_agg(x.terms) filter (where x.state = 'active')->0 as active, jsonb_agg(x.terms) filter (where x.state = 'proposed')->0 as proposed
          from (select f.state, jsonb_build_object('id', f.id, 'transport', f.transport, 'format', f.format, 'address', f.address, 'token', f.token_id is not null, 'authority', f.ca_pem is not null,
              'everyMinutes', f.every_minutes, 'maxRemovedPercent', f.max_removed_percent, 'reason', f.reason, 'proposedBy', coalesce(p.display_name, f.proposed_by),
              'decidedBy', coalesce(d.display_name, f.decided_by), 'at', to_char(coalesce(f.decided_at, f.updated_at) at time zone 'UTC', ${ISO}), 'own', f.proposed_by = ${viewer.id}) as terms
            from fact_source f left join person p on p.id = f.proposed_by left join person d on d.id = f.decided_by
            where f.tenant_id = ${PLATFORM_TENANT} and f.kind = k.kind and f.state in ('active','proposed')) x) t on true
      order by k.place`,
  )
  return rows.map((row) => {
    const uses = usesOf(row.kind)
    const asOf = row.state?.asOf
    const stale = asOf ? Date.now() - Date.parse(asOf) > uses.freshMinutes * 60_000 : false
    return { ...row, troubles: row.troubles ?? [], uses, stale }
  })
}
