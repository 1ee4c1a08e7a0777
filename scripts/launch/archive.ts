import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { postgresIn } from '#sandbox/postgres/server.ts'
import { diskTrouble } from '../disk.mjs'
import { CannotStart } from './folder.ts'
import { runningLauncher } from './pids.ts'

/** What makes up an installation on the embedded defaults. The secrets go with the data: without them nothing sealed can be opened. */
const PARTS = [
  'postgres',
  'git',
  'fleet',
  'mail',
  'siem',
  'feeds',
  'servicenow',
  'chat',
  'identity',
  'secrets.json',
  'layout.json',
]
const INCOMING = '.restoring'

/**
 * Writes the stopped installation in `folder` into one archive that only its owner can read.
 * @throws CannotStart when it still runs, holds nothing, or the archive is there already.
 */
export function backUp(folder: string, archive: string): void {
  refuseRunning(folder)
  const parts = PARTS.filter((name) => existsSync(path.join(folder, name)))
  if (!parts.includes('postgres') || !parts.includes('secrets.json'))
    throw new CannotStart(`There is nothing to back up in ${folder}.`)
  if (existsSync(archive)) throw new CannotStart(`${archive} is there already; name another file.`)
  const partial = `${path.resolve(archive)}.partial`
  mkdirSync(path.dirname(partial), { recursive: true })
  try {
    tar(['-C', folder, '-czf', partial, ...parts], 'The backup')
    chmodSync(partial, 0o600)
    renameSync(partial, archive)
  } finally {
    rmSync(partial, { force: true })
  }
}

/**
 * Puts an archive of `backUp` into `folder`. What is there stays until the archive was read whole.
 * @throws CannotStart when it runs, holds data and `replace` is not given, or the archive is not one of ours.
 */
export function restore(folder: string, archive: string, replace: boolean): void {
  refuseRunning(folder)
  if (!existsSync(archive)) throw new CannotStart(`There is no ${archive}.`)
  if (existsSync(path.join(folder, 'postgres')) && !replace)
    throw new CannotStart(
      `${folder} holds an installation. Back it up, then restore with --replace; or name another folder by STAIRWAY_DATA.`,
    )
  const incoming = path.join(folder, INCOMING)
  rmSync(incoming, { recursive: true, force: true })
  mkdirSync(incoming, { recursive: true })
  try {
    tar(['-C', incoming, '-xzpf', archive, '--numeric-owner'], 'Restoring')
    if (!existsSync(path.join(incoming, 'postgres/PG_VERSION')))
      throw new CannotStart(`${archive} is not a backup of Stairway. Nothing was changed.`)
    for (const name of PARTS) {
      rmSync(path.join(folder, name), { recursive: true, force: true })
      if (existsSync(path.join(incoming, name)))
        renameSync(path.join(incoming, name), path.join(folder, name))
    }
  } finally {
    rmSync(incoming, { recursive: true, force: true })
  }
}

function tar(args: readonly string[], what: string): void {
  const { status, stderr, error } = spawnSync('tar', [...args], { encoding: 'utf8' })
  if (status !== 0)
    throw new CannotStart(
      `${what} failed: ${error?.message ?? diskTrouble(stderr) ?? stderr.trim().slice(-400)}`,
    )
}

/** A copy of files under a running database is worth nothing. */
function refuseRunning(folder: string): void {
  const running = runningLauncher(folder) ?? postgresIn(path.join(folder, 'postgres'))
  if (running !== undefined)
    throw new CannotStart(`Stairway runs from ${folder} (process ${running}). Stop it first.`)
}
