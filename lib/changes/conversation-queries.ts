import { cutPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type CommentPart, commentParts } from './comment-text.ts'

export type ShownComment = {
  id: string
  author: string
  at: string
  revision: number
  /** As it was typed; people by their names of today. */
  parts: readonly ({ n: number } & ({ text: string } | { mention: string }))[]
}

export type Conversation = {
  /** One page of it, oldest first. */
  comments: ShownComment[]
  /** Token of the page of earlier ones; of later ones. */
  earlier?: string | undefined
  later?: string | undefined
  /** Every comment that there is: who, when. */
  stamps: { id: string; author: string; at: string }[]
}

type Row = Omit<ShownComment, 'parts'> & { body: string; names: Record<string, string> }

const PAGE = 30
const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** What was said about a change that the viewer sees: the newest page of it, or the one asked for. */
export async function readConversation(
  platform: Platform,
  viewer: Viewer,
  { changeId, before, after }: PageRequest & { changeId: string },
): Promise<Conversation> {
  const place = readPlace(before ?? after, ['time', 'text'])
  const backwards = before !== undefined && place !== undefined
  const { rows, stamps } = await platform.read(viewer, async (tx) => ({
    rows: await tx.$queryRaw<Row[]>`
      select m.id, p.display_name as author, to_char(m.at at time zone 'UTC', ${ISO}) as at, m.revision, m.body,
        coalesce((select jsonb_object_agg(q.id, q.display_name) from person q where q.id = any (m.mentions)), '{}') as names
      from change_comment m join person p on p.id = m.author_id
      where m.change_id = ${changeId} and (${place?.[0] ?? null}::text is null
        or (not ${backwards} and (m.at, m.id) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
        or (${backwards} and (m.at, m.id) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
      order by case when ${backwards} then m.at end asc, case when ${backwards} then m.id end asc, m.at desc, m.id desc limit ${PAGE + 1}`,
    stamps: await tx.$queryRaw<Conversation['stamps']>`
      select m.id, p.display_name as author, to_char(m.at at time zone 'UTC', ${ISO}) as at
      from change_comment m join person p on p.id = m.author_id where m.change_id = ${changeId} order by m.at, m.id`,
  }))
  const page = cutPage(rows, PAGE, {
    request: backwards ? { before } : { after: place && after },
    placeOf: ({ at, id }) => [at, id],
  })
  return {
    comments: page.rows.map(shown).toReversed(),
    earlier: page.next,
    later: page.back,
    stamps,
  }
}

function shown({ body, names, ...row }: Row): ShownComment {
  const parts = commentParts(body).map((part, n) => ({ n, ...named(part, names) }))
  return { ...row, parts }
}

function named(part: CommentPart, names: Row['names']): { text: string } | { mention: string } {
  return 'text' in part ? part : { mention: names[part.person] ?? 'somebody' }
}

/** Somebody who may be mentioned; `label` is their name, with the user name where two are called alike. */
export type Mentionable = { id: string; label: string; userName: string }

const MOST = 8

/**
 * People who read the change and whose name or user name begins with what was typed, a word of it at least; null when the viewer does not see the change.
 * The viewer is not among them.
 */
export async function findReaders(
  platform: Platform,
  viewer: Viewer,
  { number, typed }: { number: number; typed: string },
): Promise<Mentionable[] | null> {
  const [change] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ tenantId: string }[]>`
      select tenant_id as "tenantId" from change where number = ${number}::bigint`,
  )
  if (!change) return null
  if (typed === '') return []
  const begins = `${typed.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
  return platform.db.inContext(
    { actor: viewer.id, tenants: [], as: 'stairway_platform' },
    (tx) => tx.$queryRaw<Mentionable[]>`
      select p.id, p.user_name as "userName", p.display_name || case when exists (
          select from person o where o.id <> p.id and o.status = 'active' and o.display_name = p.display_name) then ' (' || p.user_name || ')' else '' end as label
      from person p where p.status = 'active' and p.id <> ${viewer.id}
        and (lower(p.display_name) like ${begins} or lower(p.display_name) like ${`% ${begins}`} or lower(p.user_name) like ${begins})
        and app.reads_changes(p.id, ${change.tenantId})
      order by p.display_name, p.user_name limit ${MOST}`,
  )
}
