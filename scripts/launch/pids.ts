import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { stopPostgresIn } from '#sandbox/postgres/server.ts'
import { diskTrouble } from '../disk.mjs'
import { CannotStart } from './folder.ts'

/** A process as it is written down. Its start, in ticks since boot, tells it from a stranger who got the same number later. */
type Mark = { pid: number; started?: string }
type Written = {
  launcher: number
  started?: string
  root: string
  children: (Mark & { name: string })[]
}

/** What this launcher has started, kept in the folder for the next start. */
export type Pids = {
  add(name: string, pid: number): void
  drop(pid: number): void
  /** The folder is free again. */
  release(): void
}

const ROOT = realpathSync(path.resolve(import.meta.dirname, '../..'))
const FILE = 'pids.json'
const GONE_MS = 5000

/** Takes the folder for this launcher. @throws CannotStart when another one was quicker. */
export function claimFolder(folder: string): Pids {
  const file = path.join(folder, FILE)
  const mine = `${file}.${process.pid}`
  const children: Written['children'] = []
  let isTold = false
  const put = (into: (from: string, to: string) => void) => {
    const { pid } = process
    const written: Written = { launcher: pid, started: startOf(pid), root: ROOT, children }
    try {
      writeFileSync(mine, JSON.stringify(written))
      into(mine, file)
    } finally {
      rmSync(mine, { force: true })
    }
  }
  /** A full disk must not end what runs; at worst the next start finds a port taken. */
  const rewrite = () => {
    try {
      put(renameSync)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (!isTold) process.stderr.write(`  ${diskTrouble(message) ?? message}\n`)
      isTold = true
    }
  }
  try {
    put(linkSync)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
    throw new CannotStart(`Stairway is being started from ${folder} by another command.`, { cause })
  }
  return {
    add(name, pid) {
      children.push({ name, pid, started: startOf(pid) })
      rewrite()
    },
    drop(pid) {
      const at = children.findIndex((child) => child.pid === pid)
      if (at < 0) return
      children.splice(at, 1)
      rewrite()
    },
    release: () => rmSync(file, { force: true }),
  }
}

/** The launcher that lives in this folder, if one does. */
export function runningLauncher(folder: string): number | undefined {
  const written = read(folder)
  if (!written) return undefined
  const { launcher: pid, root } = written
  return isSame({ ...written, pid }, root) && commandOf(pid).includes('scripts/start')
    ? pid
    : undefined
}

/** Ends what a killed launcher left behind, its database last. @throws CannotStart when a launcher still lives in this folder. */
export async function endLeftovers(folder: string): Promise<void> {
  const running = runningLauncher(folder)
  if (running)
    throw new CannotStart(
      `Stairway already runs from this folder (process ${running}). Stop it first, or name another folder by STAIRWAY_DATA.`,
    )
  const written = read(folder)
  const left = written ? written.children.flatMap((child) => membersOf(child, written.root)) : []
  for (const pid of left) kill(pid)
  for (let waited = 0; left.some(isAlive) && waited < GONE_MS; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50))
  await stopPostgresIn(path.join(folder, 'postgres'))
  rmSync(path.join(folder, FILE), { force: true })
}

/** The process itself and what is left of its group: each child of a launcher leads one. */
function membersOf(child: Mark, root: string): number[] {
  if (isSame(child, root)) return [...new Set([child.pid, ...groupOf(child.pid, root)])]
  return isAlive(child.pid) ? [] : groupOf(child.pid, root)
}

function groupOf(leader: number, root: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statOf(pid)[2]) === leader && homeOf(pid) === root)
}

/** Same number, same start, at work in the same checkout. */
function isSame({ pid, started = startOf(pid) }: Mark, root: string): boolean {
  return isAlive(pid) && homeOf(pid) === root && startOf(pid) === started
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function isAlive(pid: number): boolean {
  const [state] = statOf(pid)
  return state !== undefined && state !== 'Z'
}

function startOf(pid: number): string {
  return statOf(pid)[19] ?? ''
}

/** The fields of /proc/<pid>/stat from the state on, which is the third. */
function statOf(pid: number): string[] {
  const text = textOf(`/proc/${pid}/stat`)
  return text === '' ? [] : text.slice(text.lastIndexOf(') ') + 2).split(' ')
}

function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`)
}

function homeOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return ''
  }
}

/** A process may end while it is looked at. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** What was written down; what cannot be read tells nothing. */
function read(folder: string): Written | undefined {
  const file = path.join(folder, FILE)
  if (!existsSync(file)) return undefined
  try {
    const written = JSON.parse(readFileSync(file, 'utf8')) as Partial<Written>
    return { launcher: 0, root: ROOT, ...written, children: [...(written.children ?? [])] }
  } catch {
    return undefined
  }
}
