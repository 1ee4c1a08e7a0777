/** What a person is told about something that did not work. */
export type ErrorText = {
  happened: string
  /** Yours, ours, another team's, or heals by itself. */
  whose: string
  next: string
}

type Facts = { code: string } & Record<string, unknown>
type Words = (facts: Facts) => ErrorText

const yours = 'Yours to fix.'
const ours = 'Ours to fix.'

/** The words for every refusal. Facts come from the command, words are chosen only here. */
const WORDS: Record<string, Words> = {
  signed_out: () => ({
    happened: 'You are signed out.',
    whose: 'Nothing is lost: what you typed is still here.',
    next: 'Sign in in another tab, then try again.',
  }),
  not_permitted: () => ({
    happened: 'None of your roles allows this.',
    whose: 'An owner of your tenant grants roles.',
    next: 'Ask them, or see your roles in your profile.',
  }),
  malformed: (facts) => ({
    happened: 'Some of what was sent does not have the form that is expected.',
    whose: yours,
    next: issuesText(facts) ?? 'Reload the page and try again.',
  }),
  unreachable: () => ({
    happened: 'The server could not be reached.',
    whose: 'Heals by itself as a rule; what you typed is kept.',
    next: 'Try again in a moment.',
  }),
  change_not_found: () => ({
    happened: 'There is no such change, or it is not yours to see.',
    whose: yours,
    next: 'Check the number, or ask who sent you here.',
  }),
  not_an_approver: () => ({
    happened: 'You are not one of the people who may decide this stage.',
    whose: 'The stage names who may.',
    next: 'Ask one of them; they stand under Approvals.',
  }),
  self_approval: () => ({
    happened: 'You requested or edited this change, so someone else must approve it.',
    whose: 'This holds for everybody, admins included.',
    next: 'Ask one of the other people of the stage.',
  }),
  stale_hash: () => ({
    happened: 'This changed while you read it. No vote was taken.',
    whose: yours,
    next: 'Read what moved, then decide again.',
  }),
  illegal_transition: (facts) => ({
    happened: `The change is ${word(facts.from)} now, so this is no longer possible.`,
    whose: 'Somebody was faster, or the work went on.',
    next: 'Reload to see where it stands.',
  }),
  conflict: () => ({
    happened:
      'Somebody saved another revision while you edited. Nothing of yours was written over.',
    whose: yours,
    next: 'Look at the newest revision, then submit again.',
  }),
  comment_required: () => ({
    happened: 'Sending back or rejecting needs a comment.',
    whose: yours,
    next: 'Say in a sentence what must change.',
  }),
  checks_failed: () => ({
    happened: 'Checks stand in the way; nothing was submitted.',
    whose: 'Each check says whose it is.',
    next: 'See them beside the form.',
  }),
  unsolvable: () => ({
    happened: 'Nobody could ever approve this as it stands; nothing was submitted.',
    whose: 'Each stage needs enough people who neither requested nor edited it.',
    next: 'An owner of the tenant can add people to the group that decides.',
  }),
  name_taken: (facts) => ({
    happened: `The ${word(facts.scheme)} \`${word(facts.value)}\` is taken by an open change or an existing service.`,
    whose: yours,
    next: 'Choose another name.',
  }),
}

/** Words for a refusal; a code without words shows as ours, under its own name. */
export function errorText(error: { code: string }): ErrorText {
  return (
    WORDS[error.code]?.(error as Facts) ?? {
      happened: `This did not work: ${error.code.replaceAll('_', ' ')}.`,
      whose: ours,
      next: 'Try again; if it stays, send us the reference.',
    }
  )
}

function issuesText(facts: Facts): string | undefined {
  const issues = facts.issues
  if (!Array.isArray(issues)) return undefined
  return issues
    .map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`)
    .join('; ')
}

function word(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('_', ' ') : 'not as expected'
}
