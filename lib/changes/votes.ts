export type Vote = { deciderId: string; verdict: string }

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
  const of = (verdict: string) =>
    new Set(decisions.filter((vote) => vote.verdict === verdict).map((vote) => vote.deciderId)).size
  if (of('request_changes') > 0) return 'vetoed'
  const rejected = of('reject')
  if (veto !== null && rejected >= veto) return 'vetoed'
  if (of('approve') >= quorum) return 'satisfied'
  const unreachable = left !== undefined && of('approve') + left < quorum
  return rejected > 0 && unreachable ? 'vetoed' : 'open'
}

export type StageOutcome = 'open' | 'satisfied' | 'vetoed'

/** Are all stages of a revision satisfied? A revision without stages is not: it must have been pre-authorised instead. */
export function isApproved(stages: readonly { state: string }[]): boolean {
  return stages.length > 0 && stages.every((stage) => stage.state === 'satisfied')
}

export type PastStage = {
  name: string
  policyId: string | null
  sections: readonly string[]
  decisions: readonly { id: string; deciderId: string; verdict: string }[]
}

/** Approvals of an earlier revision that still speak: same stage, it covered every section, none of them moved, and the voter is not barred since. */
export function carriedVotes(
  past: readonly PastStage[],
  stage: { name: string; policyId: string | null; sections: readonly string[] },
  after: { moved: readonly string[]; barred: ReadonlySet<string> },
): { id: string; deciderId: string }[] {
  if (stage.sections.some((section) => after.moved.includes(section))) return []
  const same = past.find(({ name, policyId }) => name === stage.name && policyId === stage.policyId)
  if (!same || stage.sections.some((section) => !same.sections.includes(section))) return []
  return same.decisions.filter(
    (vote) => vote.verdict === 'approve' && !after.barred.has(vote.deciderId),
  )
}
