type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

/** Refusals in the conversation about a change, and of what one wants to be told. */
export const CONVERSATION_WORDS = {
  comment_not_yours: () => [
    'Your roles let you read this change, not comment on it.',
    'Auditors listen; an owner of the tenant grants roles.',
    'Ask somebody who stands on this page.',
  ],
  change_has_ended: () => [
    'The change has ended; its conversation is kept as it is. Nothing was added.',
    'Nobody can add to it any more.',
    'Copy what you typed. If the same is asked for again, say it there.',
  ],
  conversation_full: ({ most }) => [
    `This change has ${most} comments, and takes no more.`,
    'Yours to do elsewhere.',
    'Talk in person, then say the outcome with your vote.',
  ],
  too_many_mentions: ({ most }) => [
    `One comment mentions ${most} people at most. Nothing was added.`,
    YOURS,
    'Mention fewer.',
  ],
  zone_unknown: ({ zone }) => [
    `The clocks of ${zone} are not known here. Nothing was saved.`,
    'Ours to mend.',
    'Choose another zone in your browser or system, or tell the platform team.',
  ],
  mention_unknown: () => [
    'Somebody whom you mention does not read this change any more. Nothing was added.',
    YOURS,
    'Take the name out and choose among those offered.',
  ],
} as const satisfies Readonly<Record<string, (facts: Facts) => Words>>
