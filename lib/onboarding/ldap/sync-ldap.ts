import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import { TooManyPlaces } from '#lib/directory/ldap/members.ts'
import { type Known, type KnownEntry, planSync, type SyncPlan } from '#lib/directory/ldap/plan.ts'
import {
  type Gone,
  isAccepted,
  type Removal,
  removalOf,
  withoutRemovals,
} from '#lib/directory/ldap/removal.ts'
import {
  endFailed,
  endHeld,
  endRead,
  goOnReading,
  keepEntries,
  noteGone,
  readKnown,
  setManagers,
  type TakenDirectory,
  takeDirectory,
} from '#lib/directory/ldap-store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type Applied, applyPlan, idOf } from './apply-plan.ts'
import { readServer, type ServerReading } from './read-server.ts'
import { tellOfDirectory } from './tell-of-directory.ts'
import { isTooMuch, lately, sumOf } from './too-much.ts'

const SCOPE = { actor: 'sys:ldap', tenants: [PLATFORM_TENANT], reason: 'directory' }
/** Longer than a server may take to tell of everybody; each transaction of a reading begins it anew. */
const LEASE_SECONDS = 300
/** Seconds after the first failure; doubled with each, at most 15 minutes. */
const FIRST_WAIT = 10
/** Entries that could not be taken in, of which the page tells. */
const TOLD = 20

const LOST = Symbol('another reading has taken over')

/**
 * Reads a directory by LDAP, and makes what we have of it what its server says, by the acts of SCIM. What takes away too much is held: nothing is taken away before a person accepts that very
 * removal. A server that fails changes nothing; what is known grows old, until the checks say so.
 */
export async function syncLdap(platform: WorkerPlatform, directoryId: string): Promise<void> {
  const directory = await platform.db.inContext(SCOPE, (tx) =>
    takeDirectory(tx, directoryId, LEASE_SECONDS),
  )
  if (!directory) return
  try {
    await readAndApply(platform, directory)
  } catch (error) {
    if (error === LOST) {
      platform.log.info({ directoryId }, 'another reading of the directory has taken over')
      return
    }
    await fail(platform, directory, error)
  }
}

async function fail(
  platform: WorkerPlatform,
  directory: TakenDirectory,
  error: unknown,
): Promise<void> {
  const ours = !(error instanceof AdapterError)
  if (ours)
    platform.log.error({ directoryId: directory.id, error }, 'a directory could not be read')
  const reason = ours ? 'internal' : error.reason
  const said = ours
    ? 'Stairway itself failed on it; its log says how'
    : `${error.operation}: ${error.detail}`
  await platform.db.inContext(SCOPE, (tx) =>
    endFailed(tx, directory, {
      ...{ reason, afterSeconds: FIRST_WAIT },
      said: said.replaceAll(/[\p{Cc}\p{Surrogate}]/gu, ' ').slice(0, 1000),
    }),
  )
}

async function readAndApply(platform: WorkerPlatform, directory: TakenDirectory): Promise<void> {
  const { url, bindDn, caPem } = directory
  if (!directory.password) throw noPassword()
  const password = platform.vault.open(directory.password.sealed, directory.password)
  const access = { url, bindDn, caPem, password }
  const look = (whole: boolean) =>
    platform.ldap.withSession(access, (session) => readServer(session, directory, { whole }))
  let found = await judge(platform, directory, await look(false))
  // who reads of many that go looks at everybody before a person is asked
  if (found.isHeld && !found.reading.isFull)
    found = await judge(platform, directory, await look(true))
  const plan = found.isHeld ? withoutRemovals(found.plan) : found.plan
  const inTransaction = (body: (tx: Transaction) => Promise<void>) =>
    platform.db.inContext(SCOPE, async (tx) => {
      if (!(await goOnReading(tx, directory, LEASE_SECONDS))) throw LOST
      await body(tx)
    })
  const { id, name } = directory
  const { people, members } = found.removal.facts
  if (!found.isHeld && people.removed + members.removed > 0)
    await inTransaction((tx) => noteGone(tx, directory, goneWith(directory, found)))
  const applied = await applyPlan(platform, { id, name, by: 'sys:ldap' }, { plan, inTransaction })
  await inTransaction((tx) => finish(tx, directory, { ...found, applied, platform }))
}

/** Who went lately, with those who go now: written before they do, so that nothing that breaks on the way hides them. Whom a person was asked about begin it anew. */
function goneWith({ gone, now }: TakenDirectory, { removal, isAsked }: Judged): Gone[] {
  if (isAsked) return []
  const { people, members } = removal.facts
  const at = now.toISOString()
  return [...lately(gone, now), { at, people: people.removed, members: members.removed }]
}

type Judged = {
  reading: ServerReading
  known: Known
  plan: SyncPlan
  removal: Removal
  isHeld: boolean
  /** Too much for nobody to be asked, and accepted. */
  isAsked: boolean
}

async function judge(
  platform: WorkerPlatform,
  directory: TakenDirectory,
  reading: ServerReading,
): Promise<Judged> {
  const known = await platform.db.inContext(SCOPE, (tx) => readKnown(tx, directory.id))
  const plan = planOf(known, reading)
  const before = lately(directory.gone, directory.now)
  const all = removalOf(known, plan)
  const removal = { ...all, facts: { ...all.facts, lately: sumOf(before) } }
  const isMass = isTooMuch(removal.facts, before, directory.maxRemovedPercent)
  const isAsked = isMass && isAccepted(removal.lines, directory.accepted)
  return { ...{ reading, known, plan, removal, isAsked }, isHeld: isMass && !isAsked }
}

function planOf(known: Known, reading: ServerReading): SyncPlan {
  try {
    return planSync(known, reading)
  } catch (error) {
    if (!(error instanceof TooManyPlaces)) throw error
    const detail = 'groups within groups give more places than can be held'
    const facts = { system: 'ldap', operation: 'work out groups', reason: 'too_many', detail }
    throw new AdapterError({ ...facts, retryable: false }, { cause: error })
  }
}

type Ending = { applied: Applied; platform: WorkerPlatform }

async function finish(
  tx: Transaction,
  directory: TakenDirectory,
  { reading, known, plan, removal, isHeld, applied, platform }: Judged & Ending,
): Promise<void> {
  await setManagers(tx, managersWithIds(plan, applied))
  await keepEntries(tx, directory.id, entriesToWrite(known, plan, applied))
  if (isHeld) {
    const digest = sha256Bytes(canonicalJson(removal.lines))
    const { first, tell } = await endHeld(tx, directory, { ...removal, digest })
    if (first)
      await record(tx, {
        ...{ tenant: PLATFORM_TENANT, action: 'directory.held', subject: directory.id },
        payload: {
          ...{ directory: directory.name, digest: Buffer.from(digest).toString('hex') },
          ...{ people: removal.facts.people, members: removal.facts.members },
        },
      })
    if (tell)
      await tellOfDirectory(platform, tx, {
        ...{ id: directory.id, name: directory.name },
        ...{ event: 'directory.held', time: String(directory.fence) },
      })
    return
  }
  const skipped = [...plan.skipped, ...applied.skipped]
  await endRead(tx, directory, {
    ...{ asOf: directory.now, isFull: reading.isFull, serverId: reading.serverId },
    // what a name stood in the way of is looked at again
    cursor: applied.skipped.length > 0 ? null : reading.cursor,
    skipped: skipped.length,
    skippedSome: skipped.slice(0, TOLD).map(({ dn, why }) => ({ dn, why })),
    everyMinutes: directory.everyMinutes,
  })
}

function managersWithIds({ managers }: SyncPlan, { ids }: Applied) {
  return managers.flatMap(({ person, manager }) => {
    const id = idOf(person, ids)
    return id ? [{ person: id, manager: (manager && idOf(manager, ids)) || null }] : []
  })
}

/** Entries that are new or say something else, and those that there are no more. */
function entriesToWrite(
  known: Known,
  plan: SyncPlan,
  { ids }: Applied,
): { put: KnownEntry[]; forget: string[] } {
  const now = plan.entries.flatMap(({ key, ...entry }): KnownEntry[] => {
    const principalId = idOf(key, ids)
    return principalId ? [{ ...entry, principalId }] : []
  })
  const before = new Map(known.entries.map((entry) => [entry.objectId, entry]))
  const kept = new Set(now.map(({ objectId }) => objectId))
  return {
    put: now.filter((entry) => !isSameEntry(entry, before.get(entry.objectId))),
    forget: known.entries.flatMap(({ objectId }) => (kept.has(objectId) ? [] : objectId)),
  }
}

function isSameEntry(now: KnownEntry, before: KnownEntry | undefined): boolean {
  return (
    before !== undefined &&
    now.dn === before.dn &&
    now.principalId === before.principalId &&
    now.members.length === before.members.length &&
    now.members.every((dn, at) => dn === before.members[at])
  )
}

function noPassword(): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: 'sign in', reason: 'unauthorised', retryable: false },
    detail: 'its password was revoked; a platform administrator enters it anew',
  })
}
