/** What happened, in the words people read. `{n}` stands for the change's number, `{t}` for its title, `{w}` for who did it. */
export const NOTICE_EVENTS = {
  'approval.asked': {
    subject: 'CHG-{n} waits for you: {t}',
    next: 'Open it, read the plan, decide.',
  },
  'approval.reminder': {
    subject: 'CHG-{n} still waits for you: {t}',
    next: 'Open it, read the plan, decide. Nothing is approved by waiting.',
  },
  'approval.escalated': {
    subject: 'CHG-{n} waits for you too, it was escalated: {t}',
    next: 'Those who were asked first have not decided in time. Open it, read the plan, decide; as many must approve as before.',
  },
  'change.approved': { subject: 'CHG-{n} is approved: {t}', next: 'Work starts by itself.' },
  'change.rejected': {
    subject: 'CHG-{n} was rejected: {t}',
    next: 'Read the comment; a new request may be made from it.',
  },
  'change.changes_requested': {
    subject: 'CHG-{n} needs changes: {t}',
    next: 'Edit it and submit again; votes on unmoved sections stay.',
  },
  'change.expired': {
    subject: 'CHG-{n} expired undecided: {t}',
    next: 'Its names are free again. A new request may be made from it.',
  },
  'change.window_missed': {
    subject: 'CHG-{n} ended with its window: {t}',
    next: 'It could not start while there was time for it. A new request may be made from it.',
  },
  'change.held': {
    subject: 'CHG-{n} is held by a freeze: {t}',
    next: 'Open it: it says which freeze and until when. It starts by itself then.',
  },
  'change.waits': {
    subject: 'CHG-{n} waits for ServiceNow: {t}',
    next: 'Open it: it says for which change there, and how far that is. It starts by itself once it is approved there.',
  },
  'change.unread': {
    subject: 'CHG-{n} waits until its checks can be read: {t}',
    next: 'Open it: it says what cannot be read. It starts by itself once it can be; the platform team sees to the source.',
  },
  'change.withdrawn': { subject: 'CHG-{n} was withdrawn: {t}', next: 'Nothing is to be done.' },
  'change.ready': {
    subject: 'CHG-{n} is done, Flux reports Ready: {t}',
    next: 'The service is yours to use.',
  },
  'change.offboarded': {
    subject: 'CHG-{n} is done, the service is offboarded: {t}',
    next: 'Open it: it says what stays, if anything does.',
  },
  'change.rolled_back': {
    subject: 'CHG-{n} is done, Flux reports Ready: {t}',
    next: 'The page of the service says which instances are pinned.',
  },
  'change.adoption_awaited': {
    subject: 'CHG-{n} waits for an administrator of a cluster: {t}',
    next: 'Open its run: it shows the command that hands the namespace over. It goes on by itself once that was run.',
  },
  'change.baseline_awaited': {
    subject: 'CHG-{n} waits for an administrator: {t}',
    next: 'Open its run: it shows the command and the bytes, and sees by itself when they are applied.',
  },
  'change.baseline_verified': {
    subject: 'CHG-{n} is done, the baseline is in force: {t}',
    next: 'Nothing is to be done.',
  },
  'change.policy_in_force': {
    subject: 'CHG-{n} is done, the policy is in force: {t}',
    next: 'It holds for what is submitted from now on.',
  },
  'change.given_up': {
    subject: 'CHG-{n} was closed as unsuccessful: {t}',
    next: 'Open it: it lists what stands. A new request may be made from it.',
  },
  'change.failed': {
    subject: 'CHG-{n} needs you: {t}',
    next: 'Open the run: it says what happened, whose it is and the next step.',
  },
  'emergency.asked': {
    subject: 'EMERGENCY: CHG-{n} is asked for as an emergency change: {t}',
    next: 'Open it: it names the incident. Whoever is on call decides; it is reviewed after it ran.',
  },
  'review.asked': {
    subject: 'CHG-{n} ran as an emergency and waits for its review: {t}',
    next: 'Open it, say what happened and whether it was justified. Until the deadline that it shows.',
  },
  'review.overdue': {
    subject: 'OVERDUE: nobody reviewed the emergency change CHG-{n}: {t}',
    next: 'Nothing of the team is pre-authorised until one of its reviewers fills the review in. Where its run failed, give the change up first, or retry it.',
  },
  'review.done': {
    subject: 'CHG-{n} was reviewed and is closed: {t}',
    next: 'Open it: it says what the reviewer found. What its review suspended is in force again.',
  },
  'comment.mentioned': {
    subject: '{w} mentions you in CHG-{n}: {t}',
    next: 'Open it to read what was said and to answer.',
  },
  'comment.added': {
    subject: '{w} commented on CHG-{n}: {t}',
    next: 'Open it to read what was said and to answer.',
  },
  'waiver.asked': {
    subject: 'A waiver waits for you: {t}',
    next: 'Open it: it says what fails, why it is asked for and until when. Grant or refuse it.',
  },
  'waiver.granted': {
    subject: 'A waiver is granted: {t}',
    next: 'Submit the request: the check stands as waived.',
  },
  'waiver.refused': {
    subject: 'A waiver is refused: {t}',
    next: 'The check still fails: change the request.',
  },
  'waiver.revoked': {
    subject: 'A waiver was revoked: {t}',
    next: 'Changes that lean on it and have not started go back to whoever asked for them.',
  },
  'waiver.ending': {
    subject: 'A waiver ends soon: {t}',
    next: 'Mend what it covers, or ask for another one. A change that has not started by then goes back.',
  },
  'standard.suspended': {
    subject: 'Nothing is pre-authorised by it any more: {t}',
    next: 'Too many of its last changes did not succeed. Look at them; an edit that another administrator approves puts it back in force.',
  },
  'access.due': {
    subject: 'An access review waits for you: {t}',
    next: 'Open it: each grant says whom it gives its role to today. Keep it or remove it.',
  },
  'access.overdue': {
    subject: 'OVERDUE: an access review waits for you: {t}',
    next: 'Keep or remove each grant within two weeks. After that requests in the tenant are refused where the policy asks for reviewed access.',
  },
  'access.lapsed': {
    subject: 'LAPSED: nobody reviewed access in time: {t}',
    next: 'Requests in the tenant are refused where the policy asks for reviewed access, until each grant is kept or removed.',
  },
  'access.removed': {
    subject: 'A role was taken away from you: {t}',
    next: 'Your profile shows what is left. Whoever removed it stands in the audit of the tenant; an owner can say why.',
  },
  'owner.needed': {
    subject: 'Owner needed: {t}',
    next: 'Fewer than two active people are left in the owning team. Have the directory add people to it; this closes by itself then.',
  },
  'freeze.unreached': {
    subject: 'A freeze does not reach a cluster: {t}',
    next: 'It is tried again by itself. Open the cluster: it says what stands in the way, and whose that is.',
  },
  'directory.held': {
    subject: 'A directory would take many away, and you are asked: {t}',
    next: 'Open it: it says who would go. Until an administrator accepts, whoever did leave keeps what they may do. You are told again each day.',
  },
  'directory.late': {
    subject: 'A directory is not read any more: {t}',
    next: 'Open it: it says what is wrong and whose move it is. Until it is read, whoever leaves keeps what they may do; past its bound, checks about its people stop requests.',
  },
  'delegation.made': {
    subject: 'You may sign for somebody: {t}',
    next: 'What waits for them stands in your approvals while it lasts. You may end it at any time.',
  },
  'delegation.ended': {
    subject: 'A delegation has ended: {t}',
    next: 'Changes that were approved by it and have not started go back to whoever asked for them.',
  },
  'chain.broken': {
    subject: 'BROKEN: the audit chain of {t} does not hold',
    next: 'Somebody altered what was recorded, or took some of it away. Open the audit: its newest event of the verification says what does not hold. The runbook on backup and restore says how to compare it with heads kept outside.',
  },
} as const

export type NoticeEvent = keyof typeof NOTICE_EVENTS

export type NoticeChange = {
  id: string
  number: number
  title: string
  link: string
  /** Name of whoever did it, where the words say it. */
  by?: string | undefined
}

/** Subject and text of a notice. */
export function noticeText(
  event: NoticeEvent,
  change: NoticeChange,
): { subject: string; text: string } {
  const { subject, next } = NOTICE_EVENTS[event]
  const filled = subject
    .replace('{w}', () => change.by ?? 'Somebody')
    .replace('{n}', String(change.number))
    .replace('{t}', () => change.title)
  return { subject: filled, text: `${filled}\n\n${next}\n\n${change.link}\n` }
}

/** Key of one mail: the same for every repeat, so a receiver recognises it. */
export function deliveryKey(changeId: string, event: string, personId: string): string {
  return `${changeId}.${event}.${personId}`
}
