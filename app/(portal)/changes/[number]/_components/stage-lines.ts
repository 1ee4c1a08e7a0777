export type Stage = {
  ordinal: number
  name: string
  state: 'waiting' | 'open' | 'satisfied' | 'vetoed' | 'void'
  quorum: number
  principals: readonly { name: string }[]
  people: readonly string[]
  gap: string | null
  commentRequired: boolean
  stepUpMinutes: number | null
  remindedAt: string | null
  remindsAt: string | null
  escalatesAt: string | null
  escalatedAt: string | null
  escalatedTo: readonly string[]
  decisions: readonly {
    name: string
    delegator: string | null
    verdict: string
    comment: string | null
    carried: boolean
  }[]
}

const VERDICTS: Record<string, string> = {
  approve: 'approved',
  reject: 'rejected',
  request_changes: 'asked for changes',
}
const NAMED_AT_MOST = 4

/** A stage in sentences: each decision, then who may still decide. */
export function stageLines(stage: Stage): string[] {
  const decided = stage.decisions.map(
    ({ name, delegator, verdict, comment, carried }) =>
      `${name}${delegator ? ` for ${delegator}` : ''} ${VERDICTS[verdict] ?? verdict}${carried ? ' an earlier revision; it still stands' : ''}${comment ? `: ${comment}` : ''}`,
  )
  const open = stage.state === 'open' || stage.state === 'waiting'
  return open ? [...decided, whoMay(stage), ...demands(stage)] : decided
}

/** What was done about its waiting, and what comes next, each with its time. */
export function stageNotes(stage: Stage): { text: string; at: string }[] {
  const { remindedAt, remindsAt, escalatesAt, escalatedAt, escalatedTo } = stage
  const to = escalatedTo.length > 0 ? escalatedTo.join(', ') : 'nobody: its rule names nobody new'
  return [
    { text: 'Reminded', at: remindedAt },
    { text: 'Reminds', at: remindsAt },
    { text: 'Escalates', at: escalatesAt },
    { text: `Escalated to ${to}`, at: escalatedAt },
  ].flatMap(({ text, at }) => (at === null ? [] : [{ text, at }]))
}

/** What an approval needs besides the right person. */
function demands({ commentRequired, stepUpMinutes }: Stage): string[] {
  const asked = [
    commentRequired ? 'a comment' : '',
    stepUpMinutes === null ? '' : `a sign-in of the last ${stepUpMinutes} minutes`,
  ].filter(Boolean)
  return asked.length > 0 ? [`An approval needs ${asked.join(' and ')}.`] : []
}

function whoMay({ people, principals, quorum, decisions, gap }: Stage): string {
  const missing = Math.max(1, quorum - decisions.length)
  const groups = principals.map((principal) => principal.name).join(', ')
  if (people.length === 0 && gap) return `Nobody may decide it now: ${gap}.`
  if (people.length === 0) return `Nobody is left who may: ${groups} has no other active member.`
  const named = people.slice(0, NAMED_AT_MOST).join(', ')
  const rest = people.length - NAMED_AT_MOST
  return `Any ${missing === 1 ? 'one' : missing} of ${named}${rest > 0 ? ` and ${rest} more` : ''} (${groups})`
}
