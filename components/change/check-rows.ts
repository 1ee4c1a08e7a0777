import type { CheckRow } from './check-list.tsx'

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
  evidence: { sources: readonly Source[] }
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
        detail: check.finding,
        blocks: blocksText(check, blocks),
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
      }
      return {
        key: check.checkId,
        subject: evidence.subject ?? null,
        row: {
          id: `${check.checkId} ${evidence.subject ?? ''}`,
          title: check.title,
          outcome: check.outcome as CheckRow['outcome'],
          detail: evidence.finding ?? '',
          blocks: blocksText(check, 'Blocks the start'),
          ...sourceOf(evidence.sources?.[0]),
        },
      }
    }),
  )
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

/** Results of one check about many targets: troubles keep a row each, the others share one. */
function folded(entries: readonly Entry[]): CheckRow[] {
  const quiet = new Map<string, Entry[]>()
  const rows: CheckRow[] = []
  for (const entry of entries) {
    if (isTrouble(entry.row.outcome)) {
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
