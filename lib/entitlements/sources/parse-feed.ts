import { CsvError, parse } from 'csv-parse/sync'
import { z } from 'zod'
import { err, ok, type Result } from '#lib/result.ts'
import { KIND_TERMS, type SourceKind, type SourceRecord } from './kinds.ts'

export type ParsedFeed = {
  records: SourceRecord[]
  /** When the feed says that it was written; JSON only. */
  asOf: Date | null
}

/** Why nothing of a feed can be used, a line each, at most five. */
export type FeedProblems = { problems: string[] }

type Row = Record<string, string>
const SHOWN = 5
const MOST_ROWS = 500_000
const KEY = /^[^\p{Cc}\p{Surrogate}]{1,200}$/u

/** A cell of a JSON feed: what CSV would hold in its place. */
const Cell = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform((is) => (is ? 'yes' : 'no')),
  z.null().transform(() => ''),
  z.array(z.string()).transform((words) => words.join(';')),
])
const JsonRows = z.array(z.record(z.string(), Cell)).max(MOST_ROWS)
const JsonFeed = z.union([
  JsonRows.transform((rows) => ({ rows, asOf: null })),
  z.object({ asOf: z.iso.datetime({ offset: true }), rows: JsonRows }),
])

/**
 * Reads a feed as a whole: CSV (RFC 4180, UTF-8, names of columns in the first line) or JSON (`[row]`, or `{ asOf, rows }`). A row that says something unreadable
 * about a key makes a record of its trouble. Rows without a key, keys that stand twice, missing columns and a feed without rows refuse the whole: what was known stays.
 */
export function parseFeed(
  kind: SourceKind,
  format: 'csv' | 'json',
  text: string,
): Result<ParsedFeed, FeedProblems> {
  const read = format === 'csv' ? rowsOfCsv(kind, text) : rowsOfJson(text)
  if (!read.ok) return read
  const { rows, asOf } = read.value
  if (rows.length === 0)
    return err({ problems: ['there is no row: an empty feed is taken for a broken one'] })
  const grouped = groupsOf(kind, rows)
  if (!grouped.ok) return grouped
  return ok({ records: [...grouped.value].map((group) => recordOf(kind, group)), asOf })
}

type Rows = Result<{ rows: Row[]; asOf: Date | null }, FeedProblems>

function rowsOfCsv(kind: SourceKind, text: string): Rows {
  try {
    const [head = [], ...lines] = parse(text, { bom: true, trim: true, skip_empty_lines: true })
    if (lines.length > MOST_ROWS) return err({ problems: [`more than ${MOST_ROWS} rows`] })
    const missing = KIND_TERMS[kind].columns.filter((column) => !head.includes(column))
    if (missing.length > 0)
      return err({ problems: [`the first line names no column ${missing.join(', ')}`] })
    const rows = lines.map(
      (line): Row => Object.fromEntries(head.map((column, place) => [column, line[place] ?? ''])),
    )
    return ok({ rows, asOf: null })
  } catch (error) {
    if (error instanceof CsvError) return err({ problems: [error.message] })
    throw error
  }
}

function rowsOfJson(text: string): Rows {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return err({ problems: [`no JSON: ${error instanceof Error ? error.message : 'unreadable'}`] })
  }
  const read = JsonFeed.safeParse(value)
  if (!read.success)
    return err({
      problems: [
        'neither a list of rows nor `{ "asOf": …, "rows": [ … ] }`; a cell is text, a number, yes or no, or a list of names',
      ],
    })
  const { rows, asOf } = read.data
  return ok({ rows, asOf: asOf === null ? null : new Date(asOf) })
}

type Group = { key: string; rows: { row: Row; line: number }[] }

function groupsOf(kind: SourceKind, rows: readonly Row[]): Result<Iterable<Group>, FeedProblems> {
  const { key: column, list } = KIND_TERMS[kind]
  const groups = new Map<string, Group>()
  const problems: string[] = []
  rows.forEach((row, place) => {
    const key = row[column]?.trim() ?? ''
    const line = place + 1
    const known = groups.get(key)
    if (!KEY.test(key)) problems.push(`row ${line} has no ${column}`)
    else if (!known) groups.set(key, { key, rows: [{ row, line }] })
    else if (list) known.rows.push({ row, line })
    else problems.push(`rows ${known.rows[0]?.line} and ${line} are both about ${key}`)
  })
  if (problems.length === 0) return ok(groups.values())
  const more = problems.length - SHOWN
  return err({
    problems: more > 0 ? [...problems.slice(0, SHOWN), `and ${more} more`] : problems,
  })
}

function recordOf(kind: SourceKind, { key, rows }: Group): SourceRecord {
  const { list, row: schema } = KIND_TERMS[kind]
  const values: object[] = []
  for (const { row, line } of rows) {
    const read = schema.safeParse(row)
    if (!read.success) {
      const [issue] = read.error.issues
      const what = `${issue?.path.join('.') ?? 'the row'}: ${issue?.message ?? 'unreadable'}`
      return { key, trouble: `row ${line} of the feed cannot be read; ${what}`.slice(0, 300) }
    }
    values.push(read.data)
  }
  return { key, value: list ? { [list]: values } : { ...values[0] } }
}
