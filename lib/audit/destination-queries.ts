import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type DestinationView = {
  id: string
  name: string
  format: 'jsonl' | 'ocsf' | 'cef'
  transport: 'https' | 'syslog_tls' | 'syslog_tcp'
  endpoint: string
  /** Name of the one tenant that it covers; null is all. */
  covers: string | null
  state: 'active' | 'paused'
  token: boolean
  signed: boolean
  authority: boolean
  /** Events that were not sent yet, and the age of the oldest of them in seconds. */
  lag: { events: number; seconds: number }
  trouble: { said: string; since: string; next: string } | null
  deliveredAt: string | null
  test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  stops: readonly {
    tenant: string
    seq: number
    why: 'broken' | 'refused'
    said: string
    at: string
  }[]
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** Destinations that are not removed, and how it stands with each. Whoever calls it has asked for `platform.read`. */
export function readDestinations(platform: Platform, viewer: Viewer): Promise<DestinationView[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<DestinationView[]>`
      select d.id, d.name, d.format, d.transport, d.endpoint, k.name as covers, d.state, d.token_id is not null as token, d.signing_id is not null as signed,
        d.ca_pem is not null as authority, to_char(x.delivered_at at time zone 'UTC', ${ISO}) as "deliveredAt",
        (select jsonb_build_object('events', coalesce(sum(abs(h.seq - coalesce(c.sent_seq, 0))), 0),
            'seconds', floor(greatest(coalesce(max(extract(epoch from clock_timestamp()) - e.at_us / 1000000.0), 0), 0)))
          from audit_head h left join audit_cursor c on c.destination_id = d.id and c.chain = h.tenant_id
            left join audit_event e on e.tenant_id = h.tenant_id and e.seq = coalesce(c.sent_seq, 0) + 1
          where d.covers is null or d.covers = h.tenant_id) as lag,
        case when x.trouble is not null then jsonb_build_object('said', x.trouble, 'since', to_char(x.trouble_since at time zone 'UTC', ${ISO}),
          'next', to_char(x.next_attempt_at at time zone 'UTC', ${ISO})) end as trouble,
        case when x.test_asked_at is not null then jsonb_build_object('askedAt', to_char(x.test_asked_at at time zone 'UTC', ${ISO}),
          'done', x.test_done_at is not null, 'ok', x.test_ok, 'said', x.test_said) end as test,
        coalesce((select jsonb_agg(jsonb_build_object('tenant', t.name, 'seq', c.stopped_seq, 'why', c.stopped_why, 'said', c.stopped_said,
            'at', to_char(c.stopped_at at time zone 'UTC', ${ISO})) order by t.name)
          from audit_cursor c join tenant t on t.id = c.chain where c.destination_id = d.id and c.stopped_at is not null), '[]') as stops
      from audit_destination d join audit_exporter x on x.destination_id = d.id left join tenant k on k.id = d.covers
      where d.state <> 'removed' order by lower(d.name)`,
  )
}

/** What a destination may cover: short name and name of every tenant. */
export function readCoverable(
  platform: Platform,
  viewer: Viewer,
): Promise<{ slug: string; name: string }[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ slug: string; name: string }[]>`
      select t.slug, t.name from tenant t join audit_head h on h.tenant_id = t.id order by t.name`,
  )
}
