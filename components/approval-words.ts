type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

const TOGETHER: Readonly<Record<string, string>> = {
  kind: 'it is no request for a new service',
  emergency: 'it is an emergency change',
  risk: 'its risk is not low',
  template: 'it is of another template or version',
  alters: 'it alters or removes something',
  doubts: 'a check of it did not pass, or is waived',
  comment: 'its stage asks for a comment',
  sign_in: 'its stage asks for a fresh sign-in',
}

/** Refusals of a vote. */
export const APPROVAL_WORDS = {
  barred_from_approving: ({ why }) => [
    `You ${why}, so someone else must decide.`,
    'This holds for everybody, admins included.',
    'The people of the stage stand under Approvals.',
  ],
  stage_waits: ({ stage, before }) => [
    `${stage} opens when ${names(before)} is satisfied.`,
    'Theirs to do first.',
    'You are told when your turn comes.',
  ],
  comment_required: ({ stage }) => [
    `${stage} asks for a comment with each approval. No vote was taken.`,
    YOURS,
    'Say what you looked at, then sign.',
  ],
  step_up_needed: ({ stage, minutes }) => [
    `${stage} asks for a sign-in of the last ${minutes} minutes. No vote was taken.`,
    YOURS,
    'Sign in again, then approve.',
  ],
  not_an_approver: ({ stages }) => [
    `You are not one of the people who may decide ${names(stages) || 'this'}.`,
    'Policy names who may.',
    'They stand under Approvals.',
  ],
  already_decided: () => [
    'You have decided already, or somebody signed for you; one person fills one seat.',
    'Nothing is left for you to do.',
    'Others stand under Approvals.',
  ],
  not_together: ({ why }) => [
    `It is not one to approve together with others: ${TOGETHER[String(why)] ?? 'a rule of it forbids that'}. No vote was taken.`,
    'The others are not touched.',
    'Open it and decide it by itself.',
  ],
  no_delegation: () => [
    'No delegation lets you sign for them now. No vote was taken.',
    'It ended, its period is over, or one of you lost what it rests on.',
    'Your profile lists those that you received.',
  ],
  delegator_barred: ({ name, why }) => [
    `${String(name)} ${String(why)}, so nobody signs for them here either.`,
    'This holds for everybody, admins included.',
    'The people of the stage stand under Approvals.',
  ],
  delegator_decided: ({ name }) => [
    `${String(name)} has a vote here already; a second one for them would not count.`,
    'Nothing is left for you to do in their name.',
    'Others stand under Approvals.',
  ],
  plan_moved: ({ moved }) => [
    `This changed while you read it: ${names(moved)}. No vote was taken.`,
    YOURS,
    'Read what moved, then decide again.',
  ],
  policy_not_found: () => [
    'There is no such policy, or it is not yours to edit.',
    YOURS,
    'Open it from the list of policies.',
  ],
  policy_name_taken: ({ name }) => [
    `A policy is called ${name} already, perhaps one that is not in force.`,
    YOURS,
    'Choose another name, or edit that one.',
  ],
  policy_unchanged: () => [
    'It says what the version in force says.',
    YOURS,
    'Change something; then it can be submitted.',
  ],
  policy_invalid: ({ problems }) => [
    `The text is not a policy set that could decide: ${names(problems)}`,
    YOURS,
    'Mend it; the schema of what a rule may read stands in the guide.',
  ],
  policy_breaks: ({ problems }) => [
    `The text cannot be evaluated on past requests: ${names(problems)}`,
    YOURS,
    'Mend the rule. A rule that errs would refuse everybody.',
  ],
  standard_owner_unknown: ({ owner }) => [
    `No group, or more than one, is called ${owner}.`,
    YOURS,
    'Choose the group that answers for it.',
  ],
  standard_until: ({ until }) => [
    `${until} is over, or more than a year away.`,
    YOURS,
    'Choose a day within a year; then it is looked at again.',
  ],
  policy_asked_already: ({ number }) => [
    `CHG-${number} asks for another version of it already.`,
    'One edit of a policy waits at a time.',
    'Wait until it is decided, or have it withdrawn.',
  ],
  policy_moved: () => [
    'The policy, or what it is compared with, moved while you edited. Nothing was asked.',
    YOURS,
    'Look at what it would do once more, then submit.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>

function names(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : ''
}
