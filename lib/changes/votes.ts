export type Vote = {
  deciderId: string
  verdict: string
  /** For whom it was given, of a vote that is not the decider's own. */
  delegatorId?: string | null
}

export type StageRules = {
  quorum: number
  /** Rejections that end it; null: only a quorum that can no longer be reached does. */
  veto: number | null
  decisions: readonly Vote[]
  /** People who may still vote; absent where that is not known. */
  left?: number
}

/**
 * What a stage's votes amount to. A request for changes always sends the change back. Rejections end it at the stage's number, and as soon as
 * those who are left cannot fill the quorum any more; without a rejection a stage that lost its people stays open for others to be asked.
 */
export function stageOutcome({ quorum, veto, decisions, left }: StageRules): StageOutcome {
  // of each verdict by itself: an approval never takes a rejection of the same person away
  const of = (verdict: string) =>
    distinctVotes(decisions.filter((vote) => vote.verdict === verdict)).length
  if (of('request_changes') > 0) return 'vetoed'
  const rejected = of('reject')
  if (veto !== null && rejected >= veto) return 'vetoed'
  if (of('approve') >= quorum) return 'satisfied'
  const unreachable = left !== undefined && of('approve') + left < quorum
  return rejected > 0 && unreachable ? 'vetoed' : 'open'
}

/** Both whom a vote speaks for and who gave it: neither has another one. */
export function partiesOf({ deciderId, delegatorId }: Omit<Vote, 'verdict'>): string[] {
  return delegatorId ? [deciderId, delegatorId] : [deciderId]
}

/** Votes of different people, in order: of two that share a person, the giver's or the one spoken for, the first counts. */
export function distinctVotes<V extends Vote>(votes: readonly V[]): V[] {
  const seen = new Set<string>()
  return votes.filter((vote) => {
    const parties = partiesOf(vote)
    if (parties.some((party) => seen.has(party))) return false
    for (const party of parties) seen.add(party)
    return true
  })
}

/** May whoever the vote speaks for still decide its stage? Given for another it needs its delegation still, which asks for the giver's entitlement too. */
export function hasStanding(
  { deciderId, delegatorId, mandate }: Vote & { mandate?: boolean },
  eligible: readonly string[],
): boolean {
  return eligible.includes(delegatorId ?? deciderId) && (!delegatorId || mandate === true)
}

export type StageOutcome = 'open' | 'satisfied' | 'vetoed'

/** Are all stages of a revision satisfied? A revision without stages is not: it must have been pre-authorised instead. */
export function isApproved(stages: readonly { state: string }[]): boolean {
  return stages.length > 0 && stages.every((stage) => stage.state === 'satisfied')
}

/** The stages that policies ask for. One that lets a change through a freeze says nothing about its approval. */
export function ofPolicies<S extends { freezeId: string | null }>(stages: readonly S[]): S[] {
  return stages.filter(({ freezeId }) => freezeId === null)
}

export type PastStage = {
  name: string
  policyId: string | null
  /** A later version may ask for more than the vote gave: a fresh sign-in, a comment. */
  policyVersion: number | null
  sections: readonly string[]
  decisions: readonly PastVote[]
}

/** A vote of an earlier revision; `mandate`: the delegation by which it was given for another stands for its stage now; `lapsed`: older than its stage lets it count. */
export type PastVote = Vote & {
  id: string
  delegationId?: string | null
  mandate?: boolean
  lapsed?: boolean
}

/** Approvals of an earlier revision that still speak: same stage of the same version of its policy, it covered every section, none of them moved, it has not lapsed, whom it speaks for may decide it today, and neither the voter nor whom they signed for is barred since; a vote for another needs its delegation still. */
export function carriedVotes(
  past: readonly PastStage[],
  stage: {
    name: string
    policyId: string | null
    policyVersion: number | null
    sections: readonly string[]
    eligible: readonly string[]
  },
  after: { moved: readonly string[]; barred: ReadonlySet<string> },
): PastVote[] {
  if (stage.sections.some((section) => after.moved.includes(section))) return []
  const same = past.find(
    ({ name, policyId, policyVersion }) =>
      name === stage.name && policyId === stage.policyId && policyVersion === stage.policyVersion,
  )
  if (!same || stage.sections.some((section) => !same.sections.includes(section))) return []
  return same.decisions.filter(
    (vote) =>
      vote.verdict === 'approve' &&
      vote.lapsed !== true &&
      stage.eligible.includes(vote.delegatorId ?? vote.deciderId) &&
      (!vote.delegatorId || vote.mandate === true) &&
      !partiesOf(vote).some((party) => after.barred.has(party)),
  )
}
