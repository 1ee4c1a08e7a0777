import { type Fact, known, unknown } from './facts.ts'

/** How old what we know of a directory is that we read. */
export type DirectoryAge = { asOf: string | null; stale: boolean }

/** A fact of a directory, as far as the directory may still be believed: one that could not be read for too long answers nothing. Null: a directory that pushes. */
export function believed<T>(fact: Fact<T>, age: DirectoryAge | null): Fact<T> {
  if (!age || !fact.known) return fact
  if (age.stale)
    return unknown(
      age.asOf
        ? `the directory was read in whole last at ${new Date(age.asOf).toISOString()}, too long ago to be believed`
        : 'the directory was not read in whole yet',
      fact.source,
    )
  const read = age.asOf ? Date.parse(age.asOf) : 0
  const observedAt = new Date(Math.max(read, fact.observedAt.getTime()))
  return known(fact.value, observedAt, fact.source)
}
