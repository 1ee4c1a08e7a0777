import { canonicalJson } from '#lib/canonical.ts'
import type { PolicyBody, PolicyScope, Quorum, StageTerms } from './policy.ts'

export type PolicyText = { scope: PolicyScope; body: PolicyBody }

/**
 * In which ways a policy asks for less than it did, in words; empty when it asks for the same or more. What cannot be compared (other people, another
 * scope) counts as less: somebody is to look at it.
 */
export function loosened(before: PolicyText, after: PolicyText | null): string[] {
  if (!after) return ['it asks for nothing any more']
  const scope =
    canonicalJson(before.scope) === canonicalJson(after.scope)
      ? []
      : ['it speaks about other changes']
  return [
    ...scope,
    ...reviewLoosened(before.body.review, after.body.review),
    ...before.body.stages.flatMap((stage) => stageLoosened(stage, after.body)),
  ]
}

function reviewLoosened(was: PolicyBody['review'], is: PolicyBody['review']): string[] {
  if (!was) return []
  if (!is) return ['nobody reviews afterwards']
  const others =
    canonicalJson(is.rule) === canonicalJson(was.rule) ? [] : ['others review afterwards']
  return is.hours > was.hours ? [...others, 'leaves more time for the review'] : others
}

function stageLoosened(was: StageTerms, { stages }: PolicyBody): string[] {
  const is = stages.find((stage) => stage.name === was.name)
  if (!is) return [`${was.name} is gone`]
  const shorter = (what: number | undefined, then: number | undefined) =>
    then !== undefined && (what === undefined || what > then)
  const ways: [boolean, string][] = [
    [canonicalJson(is.rule) !== canonicalJson(was.rule), 'is decided by others'],
    [asksLess(is.quorum, was.quorum), 'needs fewer'],
    [rejections(is.veto) > rejections(was.veto), 'takes more to reject'],
    [was.commentRequired === true && is.commentRequired !== true, 'asks for no comment'],
    [shorter(is.stepUpMinutes, was.stepUpMinutes), 'takes an older sign-in'],
    [shorter(is.validHours, was.validHours), 'counts for longer'],
    [
      is.escalateTo !== undefined &&
        canonicalJson(is.escalateTo) !== canonicalJson(was.escalateTo ?? null),
      'lets others decide once it is escalated',
    ],
    [
      was.escalateAfterHours !== undefined &&
        (is.escalateAfterHours ?? Infinity) < was.escalateAfterHours,
      'lets others decide sooner',
    ],
    [was.sections.some((section) => !is.sections.includes(section)), 'covers fewer sections'],
  ]
  return ways.flatMap(([holds, words]) => (holds ? [`${was.name} ${words}`] : []))
}

function asksLess(is: Quorum, was: Quorum): boolean {
  if (canonicalJson(is) === canonicalJson(was) || is === 'all') return false
  if (typeof is === 'number' && typeof was === 'number') return is < was
  if (typeof is === 'object' && typeof was === 'object') return is.percent < was.percent
  return true
}

function rejections(veto: StageTerms['veto']): number {
  return veto === 'none' ? Number.POSITIVE_INFINITY : (veto ?? 1)
}
