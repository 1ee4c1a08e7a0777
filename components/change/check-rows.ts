import type { CheckRow, Waivable } from './check-list.tsx'

type Waiver = { reason: string; asker: string; decider: string; until: string }
type Source = { source: string; observedAt: string | null; detail: string }

/** A result as the form's live evaluation gives it. */
export type LiveCheck = {
  checkId: string
  title: string
  severity: string
  outcome: CheckRow['outcome']
  reasonCode: string
  subject: string | null
  finding: string
  remedy: { text: string; who: string; field: string | null }
  evidence: { sources: readonly Source[]; waiver?: Waiver }
  waivable: {
    by: Waivable['by']
    maxDays: number
    rule: string
    asked: { asker: string } | null
  } | null
}

/** A result as it was stored with a change. */
export type StoredCheck = {
  checkId: string
  title: string
  outcome: string
  severity: string
  evidence: unknown
  evaluatedAt: string
}

/** Live results as rows; `blocks` names what a failure stands in the way of. */
export function liveCheckRows(checks: readonly LiveCheck[], blocks = 'Blocks submit'): CheckRow[] {
  return folded(
    checks.map((check) => ({
      key: check.checkId,
      subject: check.subject,
      row: {
        id: `${check.checkId} ${check.subject ?? ''}`,
        title: check.title,
        outcome: check.outcome,
        detail: detailOf(check.finding, check.evidence.waiver),
        blocks: blocksText(check, blocks),
        waivable: waivableOf(check),
        remedy: isTrouble(check.outcome)
          ? `${check.remedy.text} Who can help: ${check.remedy.who}.`
          : undefined,
        ...sourceOf(check.evidence.sources[0]),
      },
    })),
  )
}

/** Stored results as rows. */
export function storedCheckRows(checks: readonly StoredCheck[]): CheckRow[] {
  return folded(
    checks.map((check) => {
      const evidence = check.evidence as {
        subject?: string | null
        finding?: string
        sources?: readonly Source[]
        waiver?: Waiver
      }
      return {
        key: check.checkId,
        subject: evidence.subject ?? null,
        row: {
          id: `${check.checkId} ${evidence.subject ?? ''}`,
          title: check.title,
          outcome: check.outcome as CheckRow['outcome'],
          detail: detailOf(evidence.finding ?? '', evidence.waiver),
          blocks: blocksText(check, 'Blocks the start'),
          ...sourceOf(evidence.sources?.[0]),
        },
      }
    }),
  )
}

/** What was found; and where it is waived, by whom, until when and why. */
function detailOf(finding: string, waiver: Waiver | undefined): string {
  if (!waiver) return finding
  const { decider, asker, until, reason } = waiver
  return `${finding}. Waived by ${decider} until ${until.slice(0, 10)}, asked by ${asker}: ${reason}`
}

function waivableOf({
  checkId,
  title,
  subject,
  finding,
  waivable,
}: LiveCheck): Waivable | undefined {
  if (!waivable) return undefined
  const { by, maxDays, rule, asked } = waivable
  return { checkId, title, subject, finding, by, maxDays, rule, asker: asked?.asker ?? null }
}

function sourceOf(source: Source | undefined): Pick<CheckRow, 'source' | 'observedAt'> {
  return source ? { source: source.source, observedAt: source.observedAt ?? undefined } : {}
}

function isTrouble(outcome: string): boolean {
  return outcome === 'fail' || outcome === 'error' || outcome === 'warn'
}

function blocksText(
  { severity, outcome }: { severity: string; outcome: string },
  blocks: string,
): string | undefined {
  if (!isTrouble(outcome)) return undefined
  return severity === 'blocking' && outcome !== 'warn' ? blocks : 'Does not block'
}

type Entry = { key: string; subject: string | null; row: CheckRow }

/** Results of one check about many targets: troubles and what is waived keep a row each, the others share one. */
function folded(entries: readonly Entry[]): CheckRow[] {
  const quiet = new Map<string, Entry[]>()
  const rows: CheckRow[] = []
  for (const entry of entries) {
    if (isTrouble(entry.row.outcome) || entry.row.outcome === 'waived') {
      rows.push(
        entry.subject
          ? { ...entry.row, title: `${entry.row.title} · ${entry.subject}` }
          : entry.row,
      )
      continue
    }
    const key = `${entry.key} ${entry.row.outcome}`
    const group = quiet.get(key)
    if (group) group.push(entry)
    else quiet.set(key, [entry])
  }
  return [...rows, ...[...quiet.values()].flatMap(together)]
}

function together(entries: readonly Entry[]): CheckRow[] {
  const [first] = entries
  if (!first) return []
  if (entries.length === 1) return [first.row]
  const names = entries.map((entry) => entry.subject ?? '').slice(0, 6)
  const more = entries.length > names.length ? ` and ${entries.length - names.length} more` : ''
  return [{ ...first.row, detail: `${entries.length} times: ${names.join(', ')}${more}` }]
}
