type Facts = Readonly<Record<string, unknown>>
type Words = readonly [happened: string, whose: string, next: string]

const YOURS = 'Yours to mend.'

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
    'You have decided already; one person fills one seat.',
    'Nothing is left for you to do.',
    'Others stand under Approvals.',
  ],
  plan_moved: ({ moved }) => [
    `This changed while you read it: ${names(moved)}. No vote was taken.`,
    YOURS,
    'Read what moved, then decide again.',
  ],
} as const satisfies Record<string, (facts: Facts) => Words>

function names(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(', ') : ''
}
