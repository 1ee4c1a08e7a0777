import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { gateVerdict, type SaidRecord } from './gate.ts'
import { linkTo } from './words.ts'

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
/** Most notes that the page of a change shows; the newest. */
const NOTES = 50

type Trouble = { said: string; since: string; next: string }

export type SettingView = {
  tenant: string
  name: string
  setting: {
    mode: 'off' | 'mirror' | 'gate'
    instance: string
    auth: 'basic' | 'oauth'
    user: string
    group: string
    template: string | null
  } | null
  line: {
    readAt: string | null
    trouble: Trouble | null
    test: { askedAt: string; done: boolean; ok: boolean | null; said: string | null } | null
  } | null
  /** Changes of which ServiceNow lacks something; how many of them cannot be told as they are. */
  behind: number
  stuck: { number: number; said: string }[]
  /** Changes that wait for ServiceNow's approval. */
  waiting: number
}

/** How a tenant stands to ServiceNow, and how the line is; null when there is no such tenant. Whoever calls it has asked for `platform.read`. */
export async function readSetting(
  platform: Platform,
  viewer: Viewer,
  slug: string,
): Promise<SettingView | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<SettingView[]>`
      select t.slug as tenant, t.name,
        case when s.id is not null then jsonb_build_object('mode', s.mode, 'instance', s.instance, 'auth', s.auth, 'user', s.user_name, 'group', s.assignment_group, 'template', s.template) end as setting,
        case when l.tenant_id is not null then jsonb_build_object('readAt', to_char(l.read_at at time zone 'UTC', ${ISO}),
          'trouble', case when l.trouble is not null then jsonb_build_object('said', l.trouble, 'since', to_char(l.trouble_since at time zone 'UTC', ${ISO}), 'next', to_char(l.next_attempt_at at time zone 'UTC', ${ISO})) end,
          'test', case when l.test_asked_at is not null then jsonb_build_object('askedAt', to_char(l.test_asked_at at time zone 'UTC', ${ISO}), 'done', l.test_done_at is not null, 'ok', l.test_ok, 'said', l.test_said) end) end as line,
        (select count(*)::int from servicenow_change f where f.tenant_id = t.id and f.confirmed < f.wanted) as behind,
        coalesce((select jsonb_agg(x) from (select c.number, f.trouble as said from servicenow_change f join change c on c.id = f.change_id where f.tenant_id = t.id and f.trouble is not null order by f.trouble_since limit 20) x), '[]') as stuck,
        (select count(*)::int from change c join servicenow_change f on f.change_id = c.id where c.tenant_id = t.id and c.state = 'blocked' and c.held_by is null) as waiting
      from tenant t left join servicenow_setting s on s.tenant_id = t.id left join servicenow_line l on l.tenant_id = t.id where t.slug = ${slug} and t.slug <> 'platform'`,
  )
  return row ?? null
}

export type ServiceNowView = {
  mode: 'off' | 'mirror' | 'gate'
  record: {
    number: string
    link: string
    state: string
    approval: string
    onHold: boolean
    readAt: string | null
    gone: boolean
  } | null
  /** Why it does not start yet, by what ServiceNow said last; null where that is not what it waits for. */
  waits: string | null
  /** What is wrong with this change there, or with the whole line. */
  trouble: Trouble | null
  lineTrouble: Trouble | null
  /** ServiceNow lacks something of the change. */
  behind: boolean
  /** Changes there that stood for it before. */
  earlier: { number: string; link: string; state: string }[]
  notes: { id: string; kind: string; author: string; body: string; at: string }[]
}

type Row = Omit<ServiceNowView, 'record' | 'waits' | 'earlier'> & {
  said: (SaidRecord & { sysId: string | null; instance: string; readAt: string | null }) | null
  earlier: { number: string; sysId: string; instance: string; state: string }[]
}

type Shown = { id: string; state: string; revision: number; planHash: string | null }

/** What ServiceNow has of a change and said of it; null where it never was told of it, or it is not the viewer's to see. */
export async function readServiceNow(
  platform: Platform,
  viewer: Viewer,
  change: Shown,
): Promise<ServiceNowView | null> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<Row[]>`
    select s.mode, f.confirmed < f.wanted as behind,
      case when f.trouble is not null then jsonb_build_object('said', f.trouble, 'since', to_char(f.trouble_since at time zone 'UTC', ${ISO}), 'next', to_char(f.next_attempt_at at time zone 'UTC', ${ISO})) end as trouble,
      case when l.trouble is not null then jsonb_build_object('said', l.trouble, 'since', to_char(l.trouble_since at time zone 'UTC', ${ISO}), 'next', to_char(l.next_attempt_at at time zone 'UTC', ${ISO})) end as "lineTrouble",
      case when r.round is not null then jsonb_build_object('number', r.number, 'sysId', r.sys_id, 'revision', r.revision, 'planHash', coalesce(encode(r.plan_hash, 'hex'), ''), 'mode', r.mode, 'state', r.state, 'stateLabel', r.state_label,
        'approval', r.approval, 'onHold', r.on_hold, 'weHold', r.we_hold, 'onHoldReason', r.on_hold_reason, 'approver', r.approver, 'said', r.said, 'gone', r.gone_at is not null, 'instance', r.instance,
        'age', extract(epoch from clock_timestamp() - r.read_at), 'readAt', to_char(r.read_at at time zone 'UTC', ${ISO})) end as said,
      coalesce((select jsonb_agg(jsonb_build_object('number', o.number, 'sysId', o.sys_id, 'instance', o.instance, 'state', o.state_label) order by o.round desc) from servicenow_record o where o.change_id = f.change_id and o.round < f.round and o.sys_id is not null), '[]') as earlier,
      coalesce((select jsonb_agg(x order by x.at) from (select n.id, n.kind, n.author, n.body, to_char(n.written_at at time zone 'UTC', ${ISO}) as at from servicenow_note n where n.change_id = f.change_id order by n.written_at desc, n.id desc limit ${NOTES}) x), '[]') as notes
    from servicenow_change f join servicenow_setting s on s.tenant_id = f.tenant_id left join servicenow_line l on l.tenant_id = f.tenant_id left join servicenow_record r on r.change_id = f.change_id and r.round = f.round
    where f.change_id = ${change.id}`,
  )
  if (!row) return null
  const { said, earlier, ...view } = row
  return {
    ...view,
    record: recordOf(said),
    waits: waitsFor(view.mode, said, change),
    earlier: earlier.map(({ number, sysId, instance, state }) => ({
      number,
      state,
      link: linkTo(instance, sysId),
    })),
  }
}

function recordOf(said: Row['said']): ServiceNowView['record'] {
  if (!said || said.number === null || said.sysId === null) return null
  const { number, stateLabel, approval, onHold, readAt, gone } = said
  const link = linkTo(said.instance, said.sysId)
  return { number, link, state: stateLabel ?? '', approval: approval ?? '', onHold, readAt, gone }
}

function waitsFor(mode: string, said: SaidRecord | null, change: Shown): string | null {
  if (mode !== 'gate' || !['approved', 'scheduled', 'blocked'].includes(change.state)) return null
  const verdict = gateVerdict(said, change)
  return verdict.open ? null : verdict.why
}
