import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { GROUPS, PEOPLE } from './people.ts'

/** Who is active, and who is in which group. */
export type State = { active: Map<string, boolean>; groups: Map<string, Set<string>> }
type Stored = { active: Record<string, boolean>; groups: Record<string, string[]> }

/** What was changed since the beginning, over what the directory began with; a file that cannot be read changes nothing. */
export function readState(file: string): State {
  const stored = read(file)
  const active = PEOPLE.map((person) => [person.user, person.active] as const)
  return {
    active: new Map([...active, ...Object.entries(stored.active)]),
    groups: new Map(
      Object.entries({ ...GROUPS, ...stored.groups }).map(([name, users]) => [
        name,
        new Set(users),
      ]),
    ),
  }
}

/** Written by rename: a kill leaves the old or the new, never a half. */
export function keepState(file: string, { active, groups }: State): void {
  const stored: Stored = {
    active: Object.fromEntries(active),
    groups: Object.fromEntries([...groups].map(([name, users]) => [name, [...users]])),
  }
  writeFileSync(`${file}.tmp`, JSON.stringify(stored))
  renameSync(`${file}.tmp`, file)
}

function read(file: string): Stored {
  const nothing = { active: {}, groups: {} }
  if (!existsSync(file)) return nothing
  try {
    return { ...nothing, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Stored>) }
  } catch (error) {
    process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`)
    return nothing
  }
}
