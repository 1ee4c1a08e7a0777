export type Vote = { deciderId: string; verdict: string }

export type StageVotes = { id: string; state: string; quorum: number; decisions: readonly Vote[] }

/** What a stage's votes amount to. A reject vetoes; so does a request for changes, which is not final. */
export function stageOutcome(
  stage: Pick<StageVotes, 'quorum' | 'decisions'>,
): 'open' | 'satisfied' | 'vetoed' {
  if (stage.decisions.some((vote) => vote.verdict !== 'approve')) return 'vetoed'
  const voters = new Set(stage.decisions.map((vote) => vote.deciderId))
  return voters.size >= stage.quorum ? 'satisfied' : 'open'
}

/** Are all stages of a revision satisfied? A revision without stages is not: it must have been pre-authorised instead. */
export function isApproved(stages: readonly Pick<StageVotes, 'state'>[]): boolean {
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
