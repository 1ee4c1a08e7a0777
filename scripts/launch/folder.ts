import { createHash, randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { newSealingKeys } from '#lib/adapters/vault/sealing.ts'

/** A reason not to start that a person can act on: one line, with the remedy. */
export class CannotStart extends Error {}

const ROOT = path.resolve(import.meta.dirname, '../..')
const LEAST_FREE_MIB = 500

/** The data folder: $STAIRWAY_DATA, else ./.stairway, else (as root in a private home, where PostgreSQL's user could not reach it) below /var/lib. */
export function dataFolder(): string {
  const chosen = process.env.STAIRWAY_DATA
    ? path.resolve(process.env.STAIRWAY_DATA)
    : path.join(ROOT, '.stairway')
  const isPrivate =
    process.getuid?.() === 0 && !process.env.STAIRWAY_DATA && !reachableByOthers(ROOT)
  const folder = isPrivate
    ? path.join('/var/lib/stairway', createHash('sha256').update(ROOT).digest('hex').slice(0, 12))
    : chosen
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    throw new CannotStart(
      `The data folder ${folder} cannot be written. Make it writable, or name another: STAIRWAY_DATA=/some/folder npm start`,
      { cause },
    )
  }
  const { bavail, bsize } = statfsSync(folder)
  const freeMib = Math.floor((bavail * bsize) / 1_048_576)
  if (freeMib < LEAST_FREE_MIB)
    throw new CannotStart(
      `Only ${freeMib} MiB are free at ${folder}; at least ${LEAST_FREE_MIB} are needed. Free some, or name another folder by STAIRWAY_DATA.`,
    )
  return folder
}

function reachableByOthers(folder: string): boolean {
  for (let at = folder; at !== path.dirname(at); at = path.dirname(at))
    if ((statSync(at).mode & 0o005) !== 0o005) return false
  return true
}

export type Secrets = Record<
  | 'superuser'
  | 'owner'
  | 'app'
  | 'worker'
  | 'clientSecret'
  | 'nextAuth'
  | 'webhook'
  | 'scim'
  | 'control'
  | 'git'
  | 'metrics'
  | 'actions'
  | 'sealingPublic'
  | 'sealingPrivate',
  string
>

/** Secrets of this sandbox, made at random on the first start and kept readable by its owner only. */
export function sandboxSecrets(folder: string): Secrets {
  const file = path.join(folder, 'secrets.json')
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const random = () => randomBytes(32).toString('hex')
  const sealing = newSealingKeys()
  const secrets: Secrets = {
    superuser: random(),
    owner: random(),
    app: random(),
    worker: random(),
    clientSecret: random(),
    nextAuth: random(),
    webhook: random(),
    scim: random(),
    control: random(),
    git: random(),
    metrics: random(),
    actions: randomBytes(32).toString('base64'),
    sealingPublic: sealing.publicKey,
    sealingPrivate: sealing.privateKey,
  }
  writeFileSync(`${file}.tmp`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
  return secrets
}

/** Throws everything away that a start made. */
export function resetFolder(folder: string): void {
  for (const name of ['postgres', 'git', 'fleet', 'mail', 'identity', 'secrets.json', 'logs'])
    rmSync(path.join(folder, name), { recursive: true, force: true })
}
