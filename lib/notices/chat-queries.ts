import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { ChatKind } from './chat-format.ts'
import type { ChatGroup } from './chat-words.ts'

export type ChatView = {
  tenant: string
  name: string
  channel: { state: 'on' | 'off'; kind: ChatKind; host: string; groups: ChatGroup[] } | null
  line: {
    sentAt: string | null
    trouble: { said: string; since: string; next: string } | null
    broken: { said: string; since: string } | null
    /** Messages that did not arrive since it was set; their mails did. */
    lost: number
    test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  } | null
  /** Messages that wait to be sent. */
  waiting: number
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** A tenant's chat channel and how it stands; null when there is no such tenant. Its address is never read. Whoever calls it has asked for `platform.read`. */
export async function readChannel(
  platform: Platform,
  viewer: Viewer,
  slug: string,
): Promise<ChatView | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<ChatView[]>`
      select t.slug as tenant, t.name,
        case when c.id is not null then jsonb_build_object('state', c.state, 'kind', c.kind, 'host', c.host, 'groups', c.groups) end as channel,
        case when l.tenant_id is not null then jsonb_build_object('sentAt', to_char(l.sent_at at time zone 'UTC', ${ISO}), 'lost', l.lost,
          'trouble', case when l.trouble is not null then jsonb_build_object('said', l.trouble, 'since', to_char(l.trouble_since at time zone 'UTC', ${ISO}), 'next', to_char(l.next_attempt_at at time zone 'UTC', ${ISO})) end,
          'broken', case when l.broken is not null then jsonb_build_object('said', l.broken, 'since', to_char(l.broken_since at time zone 'UTC', ${ISO})) end,
          'test', case when l.test_asked_at is not null then jsonb_build_object('askedAt', to_char(l.test_asked_at at time zone 'UTC', ${ISO}), 'done', l.test_done_at is not null, 'ok', l.test_ok, 'said', l.test_said) end) end as line,
        (select count(*)::int from delivery d where d.tenant_id = t.id and d.channel = 'chat' and d.state = 'pending') as waiting
      from tenant t left join chat_channel c on c.tenant_id = t.id left join chat_line l on l.tenant_id = t.id where t.slug = ${slug} and t.slug <> 'platform'`,
  )
  return row ?? null
}
