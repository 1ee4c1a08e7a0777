import { NOTICE_EVENTS, type NoticeChange, type NoticeEvent, noticeText } from './notice.ts'

/** What a tenant may have told in its chat channel. */
export const CHAT_GROUPS = ['approvals', 'trouble', 'outcomes', 'waivers', 'duties'] as const
export type ChatGroup = (typeof CHAT_GROUPS)[number]

/** Which group an event belongs to; what is one person's own, or the platform's, is told to no channel. */
const GROUP_OF: Readonly<Record<NoticeEvent, ChatGroup | null>> = {
  'approval.asked': 'approvals',
  'approval.reminder': 'approvals',
  'approval.escalated': 'approvals',
  'emergency.asked': 'approvals',
  'review.asked': 'approvals',
  'review.overdue': 'approvals',
  'change.failed': 'trouble',
  'change.held': 'trouble',
  'change.waits': 'trouble',
  'change.unread': 'trouble',
  'change.window_missed': 'trouble',
  'change.adoption_awaited': 'trouble',
  'change.approved': 'outcomes',
  'change.rejected': 'outcomes',
  'change.changes_requested': 'outcomes',
  'change.expired': 'outcomes',
  'change.withdrawn': 'outcomes',
  'change.ready': 'outcomes',
  'change.offboarded': 'outcomes',
  'change.rolled_back': 'outcomes',
  'change.given_up': 'outcomes',
  'review.done': 'outcomes',
  'waiver.asked': 'waivers',
  'waiver.granted': 'waivers',
  'waiver.refused': 'waivers',
  'waiver.revoked': 'waivers',
  'waiver.ending': 'waivers',
  'access.due': 'duties',
  'access.overdue': 'duties',
  'access.lapsed': 'duties',
  'owner.needed': 'duties',
  'change.baseline_awaited': null,
  'change.baseline_verified': null,
  'change.policy_in_force': null,
  'standard.suspended': null,
  'freeze.unreached': null,
  'comment.mentioned': null,
  'comment.added': null,
  'access.removed': null,
  'chain.broken': null,
  'directory.held': null,
  'directory.late': null,
  'delegation.made': null,
  'delegation.ended': null,
}

/** Where a notice speaks to one reader, the words for a room of them. */
const SUBJECTS: Partial<Record<NoticeEvent, string>> = {
  'approval.asked': 'CHG-{n} waits for approval: {t}',
  'approval.reminder': 'CHG-{n} still waits for approval: {t}',
  'approval.escalated': 'CHG-{n} waits for approval and was escalated: {t}',
  'change.failed': 'CHG-{n} needs somebody: {t}',
  'change.ready': 'CHG-{n} is done, Flux reports Ready: {t}',
  'waiver.asked': 'A waiver waits for a decision: {t}',
  'access.due': 'An access review is due: {t}',
  'access.overdue': 'OVERDUE: an access review waits: {t}',
}
const ASKS_APPROVERS = 'Whoever is asked opens it, reads the plan and decides there, signed in.'
const NEXT: Partial<Record<NoticeEvent, string>> = {
  'approval.asked': ASKS_APPROVERS,
  'approval.reminder': `${ASKS_APPROVERS} Nothing is approved by waiting.`,
  'approval.escalated': `${ASKS_APPROVERS} As many must approve as before.`,
  'change.ready': 'The service is there to be used.',
}

/** What a channel is told; all of it is text for people, the link alone is ours. */
export type ChatMessage = { headline: string; next: string; link: string }

/** The group and the words of an event, or nothing for what no channel is told. */
export function chatText(
  event: NoticeEvent,
  change: { number: number; title: string; link: string; by?: string | undefined },
): { group: ChatGroup; message: ChatMessage } | null {
  const group = GROUP_OF[event]
  if (group === null) return null
  const headline = (SUBJECTS[event] ?? NOTICE_EVENTS[event].subject)
    .replace('{w}', () => change.by ?? 'Somebody')
    .replace('{n}', String(change.number))
    .replace('{t}', () => change.title)
  return {
    group,
    message: { headline, next: NEXT[event] ?? NOTICE_EVENTS[event].next, link: change.link },
  }
}

/** What a mail says of an event, and what a channel is told of it. */
export function noticeWords(
  event: NoticeEvent,
  change: NoticeChange,
): { subject: string; text: string; chat: ReturnType<typeof chatText> } {
  return { ...noticeText(event, change), chat: chatText(event, change) }
}
