import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Recordings of real Flux, where they lie beside the checkout; the tests that read them are skipped elsewhere. */
const RECORDINGS = '../shared/reference/flux-recordings'

/** Recorded JSON files of one folder as `[name, content]`; none where there are no recordings. */
export function recorded<T>(folder: string): [string, T][] {
  const root = path.join(RECORDINGS, folder)
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [
      name.slice(0, -5),
      JSON.parse(readFileSync(path.join(root, name), 'utf8')) as T,
    ])
}

/** Lines of one recorded `.jsonl` file; none where there are no recordings. */
export function recordedLines<T>(file: string): T[] {
  const full = path.join(RECORDINGS, file)
  if (!existsSync(full)) return []
  const lines = readFileSync(full, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T)
}
