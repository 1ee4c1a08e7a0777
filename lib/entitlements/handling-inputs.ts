import type { FreezeFacts, FurtherFacts, HandlingFacts, SignInFacts, VoteFacts } from './facts.ts'
import { classWord, firstReason, type Inputs, type Need, valueOr } from './inputs.ts'

const UNREAD = { known: false, why: 'was not kept at the time', source: 'facts' } as const
/** Stands for a sign-in of which nobody knows when; Cedar's numbers are whole. */
const ENDLESS = Number.MAX_SAFE_INTEGER
const UNPROVEN: SignInFacts = { name: '', minutes: null, multiFactor: false, methods: 'not known' }
/** From this class on, in production, a strong sign-in is asked for, as the rule stands to begin with. */
const STRONG_FROM = 2
const HOUR = 60

/** What the rules read of how the request is handled; what is not known takes the value that denies. */
export function handlingContext(further: FurtherFacts | null): Inputs['context'] {
  const { signIn, freezes, votes } = further?.handling ?? {}
  const { minutes, multiFactor } = valueOr(signIn ?? UNREAD, UNPROVEN)
  return {
    multi_factor: multiFactor,
    signed_in_minutes: minutes ?? ENDLESS,
    freezes: valueOr(freezes ?? UNREAD, { holding: [{ name: 'unread', words: '' }] }).holding
      .length,
    approvals: valueOr(votes ?? UNREAD, { given: [] }).given.length,
    approvals_not_apart: valueOr(votes ?? UNREAD, {
      given: [{ name: 'unread', why: 'unread' }],
    }).given.filter(({ why }) => why !== null).length,
  }
}

/** What these checks rest on, and their words. */
export function handlingNeeds(
  further: FurtherFacts,
  handling: HandlingFacts,
  dataClass: number,
): Record<string, Need> {
  const { signIn, freezes, votes } = handling
  return {
    ...(signIn ? { sign_in_strong: signInNeed(further, signIn, dataClass) } : {}),
    freeze_clear: freezeNeed(freezes),
    approvals_apart: voteNeed(votes),
  }
}

function signInNeed(
  { production }: FurtherFacts,
  signIn: NonNullable<HandlingFacts['signIn']>,
  dataClass: number,
): Need {
  const { name, minutes, multiFactor, methods } = valueOr(signIn, UNPROVEN)
  return {
    facts: [signIn],
    unasked: !production || dataClass < STRONG_FROM,
    reason: () =>
      firstReason(
        [minutes === null, 'sign_in_unsaid'],
        [!multiFactor, 'one_factor'],
        [true, 'sign_in_old'],
      ),
    finding: (outcome) => {
      if (outcome === 'not_applicable')
        return `asked in production, from ${classWord(STRONG_FROM)} data on`
      const when =
        minutes === null
          ? 'at a time that is not known'
          : `${ageInWords(minutes)} before it was asked for`
      return `${name} signed in ${when}, ${multiFactor ? 'with more than one factor' : 'with one factor'}: ${methods}`
    },
  }
}

/** `5 minutes`, `3 hours`, `just` for less than one minute; `before` follows. */
function ageInWords(minutes: number): string {
  if (minutes < 1) return 'just'
  const [count, unit] =
    minutes < 2 * HOUR ? [minutes, 'minute'] : [Math.floor(minutes / HOUR), 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function freezeNeed(freezes: HandlingFacts['freezes']): Need {
  const { holding } = valueOr<FreezeFacts>(freezes, { holding: [] })
  return {
    facts: [freezes],
    reason: () => 'freeze_holds',
    finding: () =>
      holding.length > 0
        ? `it will wait: ${holding.map(({ name, words }) => `${name} ${words}`).join('; ')}`
        : 'no freeze lies over where it goes, at the time that is planned',
  }
}

function voteNeed(votes: HandlingFacts['votes']): Need {
  const { given } = valueOr<VoteFacts>(votes, { given: [] })
  const apart = given.filter(({ why }) => why === null).map(({ name }) => name)
  const tied = given.flatMap(({ name, why }) => (why === null ? [] : [`${name} (${why})`]))
  return {
    facts: [votes],
    moot: votes.known && given.length === 0,
    reason: () => 'approver_not_apart',
    finding: (outcome) => {
      if (outcome === 'not_applicable') return 'nobody has approved it yet'
      return tied.length > 0
        ? `approved by whom it may not be: ${tied.join(', ')}`
        : `approved by ${apart.join(', ')}: none of them asked for it, edited it, wrote its template or stands in for who did`
    },
  }
}
