import { type Fact, known, unknown } from '#lib/entitlements/facts.ts'
import type { SourceKind } from '#lib/entitlements/sources/kinds.ts'
import { usesOf } from '#lib/entitlements/sources/uses.ts'

/** What was read of the sources in one query, at `now`. */
export type SourceRows = {
  now: Date
  /** Age of what each source said; null before it was read. A kind that is missing is not set up. */
  sources: Partial<Record<SourceKind, string | null>>
  records: Partial<Record<SourceKind, unknown>>
}

export type Reading<T, R> = { kind: SourceKind; absent: T; from: (record: R) => T }

/** A fact is as old as its source; one that its source has not, has the value `absent`. */
export function sourceFact<T, R>(row: SourceRows, { kind, absent, from }: Reading<T, R>): Fact<T> {
  const source = `${kind} feed`
  const asOf = row.sources[kind]
  if (asOf === undefined)
    return unknown('no source of it is set up; the platform team does that', source)
  if (asOf === null) return unknown('it was not read yet', source)
  const age = row.now.getTime() - Date.parse(asOf)
  // as a fact it would go on to say what it said, to rules that ask for no age
  if (age > usesOf(kind).freshMinutes * 60_000)
    return unknown('it was last read too long ago to rely on', source)
  const record = row.records[kind] as (R & { trouble?: string }) | undefined
  if (record?.trouble !== undefined) return unknown(record.trouble, source)
  return known(record === undefined ? absent : from(record), new Date(asOf), source)
}
