import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { newSealingKeys } from '#lib/adapters/vault/sealing.ts'
import { newSigningKey } from '#lib/adapters/vault/signing.ts'
import { removeUnfinished } from '#sandbox/postgres/server.ts'
import { diskRefusal } from '../disk.mjs'

/** A reason not to start that a person can act on: one line, with the remedy. */
export class CannotStart extends Error {}

const ROOT = path.resolve(import.meta.dirname, '../..')
const LEAST_FREE_MIB = 500
const MADE = [
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
  'logs',
]

/** Where the data is: $STAIRWAY_DATA, else ./.stairway, else (as root in a private home, where PostgreSQL's user could not reach it) below /var/lib. */
export function folderPath(): string {
  if (process.env.STAIRWAY_DATA) return path.resolve(process.env.STAIRWAY_DATA)
  return process.getuid?.() === 0 && !reachableByOthers(ROOT)
    ? path.join('/var/lib/stairway', createHash('sha256').update(ROOT).digest('hex').slice(0, 12))
    : path.join(ROOT, '.stairway')
}

/** The data folder, made where it is missing. @throws CannotStart when nothing, or too little, can be written there. */
export function dataFolder(): string {
  const folder = folderPath()
  const refusal = diskRefusal({
    places: [folder],
    leastMib: LEAST_FREE_MIB,
    what: 'The data folder',
    elsewhere: 'name another data folder: STAIRWAY_DATA=/some/folder npm start',
  })
  if (refusal) throw new CannotStart(refusal)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new CannotStart(
      `The data folder ${folder} cannot be made (${cause instanceof Error ? cause.message : String(cause)}). Name another: STAIRWAY_DATA=/some/folder npm start`,
      { cause },
    )
  }
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
  | 'siem'
  | 'feeds'
  | 'servicenow'
  | 'chat'
  | 'metrics'
  | 'actions'
  | 'sealingPublic'
  | 'sealingPrivate'
  | 'signing',
  string
>

/** Secrets of the sandbox that is there. @throws CannotStart when there is none. */
export function storedSecrets(folder: string): Secrets {
  const file = path.join(folder, 'secrets.json')
  if (!existsSync(file))
    throw new CannotStart(`There is no sandbox in ${folder}. Start one: npm start`)
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets
}

/** Secrets of this sandbox, made at random on the first start and kept readable by its owner only; a folder of an older release gets what it lacks. */
export function sandboxSecrets(folder: string): Secrets {
  const file = path.join(folder, 'secrets.json')
  const stored = existsSync(file) ? storedSecrets(folder) : null
  if (stored?.signing && stored.siem && stored.servicenow && stored.feeds && stored.chat)
    return stored
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
    siem: random(),
    feeds: random(),
    servicenow: random(),
    chat: random(),
    metrics: random(),
    actions: randomBytes(32).toString('base64'),
    sealingPublic: sealing.publicKey,
    sealingPrivate: sealing.privateKey,
    signing: newSigningKey(),
    ...stored,
  }
  writeFileSync(`${file}.tmp`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
  return secrets
}

/** Throws everything away that a start made. Nothing may run in the folder. */
export function resetFolder(folder: string): void {
  for (const name of MADE) rmSync(path.join(folder, name), { recursive: true, force: true })
  removeUnfinished(path.join(folder, 'postgres'))
}
