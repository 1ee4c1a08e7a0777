import { loadPolicies } from './cedar.ts'
import type { CheckResult } from './check-result.ts'
import { evaluateChecks } from './evaluate.ts'
import { type KeptFacts, reviveFacts } from './facts-json.ts'

export type PastRequest = { number: number; title: string; kept: KeptFacts | null }

export type AnswerMoved = {
  title: string
  subject: string | null
  before: string
  after: string
  /** Why, in the words of the version whose answer is not a pass. */
  finding: string
}

export type EntitlementReplay = {
  /** Requests that were asked again. */
  looked: number
  /** Requests whose facts were not kept, or not in a form that this build reads. */
  skipped: number
  /** How many would have been answered otherwise, and the newest of them. */
  differ: number
  shown: { number: number; title: string; moved: AnswerMoved[] }[]
  /** What could not be evaluated with the new version: it never comes into force. */
  broken: string[]
}

const SHOWN = 20
export type ReplayedTexts = {
  before: string
  after: string
  /** Gives way to other work of the process: a turn of the event loop. */
  pause: () => Promise<unknown>
}

/** Requests between two pauses: some 20 ms of evaluation. */
const AT_ONCE = 10

/**
 * Asks both versions of the entitlement policy about requests of the past, each on the facts of its own submit and as of that time. Pure but for
 * giving way to other work. An answer is an outcome of a check about a subject; a check that is new or gone counts as not asked.
 */
export async function replayEntitlements(
  past: Iterable<PastRequest> | AsyncIterable<PastRequest>,
  { pause, ...texts }: ReplayedTexts,
): Promise<EntitlementReplay> {
  const [before, after] = [loadPolicies(texts.before), loadPolicies(texts.after)]
  const replay: EntitlementReplay = { looked: 0, skipped: 0, differ: 0, shown: [], broken: [] }
  const broken = new Set<string>()
  let place = 0
  for await (const { number, title, kept } of past) {
    place += 1
    if (place % AT_ONCE === 0) await pause()
    const revived = reviveFacts(kept)
    if (!revived) {
      replay.skipped += 1
      continue
    }
    replay.looked += 1
    const was = evaluateChecks(revived.facts, before, revived.at)
    const is = evaluateChecks(revived.facts, after, revived.at)
    for (const words of brokenBy(is, was)) broken.add(words)
    const moved = movedAnswers(was, is)
    if (moved.length === 0) continue
    replay.differ += 1
    if (replay.shown.length < SHOWN) replay.shown.push({ number, title, moved })
  }
  return { ...replay, broken: [...broken].slice(0, SHOWN) }
}

const keyOf = ({ checkId, reasonCode, subject, title }: CheckResult): string =>
  `${checkId === 'house_rule' ? `${checkId} ${reasonCode} ${title}` : checkId} ${subject ?? ''}`

const HARMLESS = ['not asked', 'pass', 'not_applicable']

/** Answers that differ, check by check and subject by subject; that a rule is asked at all and lets it through is no other answer. */
export function movedAnswers(
  was: readonly CheckResult[],
  is: readonly CheckResult[],
): AnswerMoved[] {
  const before = new Map(was.map((result) => [keyOf(result), result]))
  const after = new Map(is.map((result) => [keyOf(result), result]))
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key): AnswerMoved[] => {
    const [one, other] = [before.get(key), after.get(key)]
    const named = other ?? one
    const [from, to] = [one?.outcome ?? 'not asked', other?.outcome ?? 'not asked']
    if (!named || from === to || (HARMLESS.includes(from) && HARMLESS.includes(to))) return []
    const finding = other && other.outcome !== 'pass' ? other.finding : (one?.finding ?? '')
    return [{ title: named.title, subject: named.subject, before: from, after: to, finding }]
  })
}

/** Rules that the new version cannot evaluate on facts with which the one in force could. */
function brokenBy(is: readonly CheckResult[], was: readonly CheckResult[]): string[] {
  const fine = new Set(was.filter(({ outcome }) => outcome !== 'error').map(keyOf))
  return is
    .filter(({ outcome, checkId }) => outcome === 'error' && checkId !== 'house_rule')
    .filter((result) => fine.has(keyOf(result)))
    .concat(is.filter(({ outcome, checkId }) => outcome === 'error' && checkId === 'house_rule'))
    .map(({ title, finding }) => `${title}: ${finding}`)
}
