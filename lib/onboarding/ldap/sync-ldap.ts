import { AdapterError } from '#lib/adapter-error.ts'
import { record } from '#lib/audit/store.ts'
import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import { TooManyPlaces } from '#lib/directory/ldap/members.ts'
import { type Known, planSync, type SyncPlan } from '#lib/directory/ldap/plan.ts'
import {
  type Gone,
  isAccepted,
  type Removal,
  type RemovalFacts,
  removalOf,
  withoutRemovals,
} from '#lib/directory/ldap/removal.ts'
import {
  endFailed,
  endHeld,
  endRead,
  goOnReading,
  noteGone,
  readKnown,
  type TakenDirectory,
  takeDirectory,
} from '#lib/directory/ldap-store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type Applied, applyPlan } from './apply-plan.ts'
import { keepRead } from './keep-read.ts'
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
  // who reads of many that go, or of some who may only have been moved, looks at everybody first
  if ((found.isHeld || found.plan.isUnclear) && !found.reading.isFull)
    found = await judge(platform, directory, await look(true))
  const inTransaction = (body: (tx: Transaction) => Promise<void>) =>
    platform.db.inContext(SCOPE, async (tx) => {
      if (!(await goOnReading(tx, directory, LEASE_SECONDS))) throw LOST
      await body(tx)
    })
  const { id, name } = directory
  const gone = goneWith(directory, found)
  if (gone) await inTransaction((tx) => noteGone(tx, directory, gone))
  const by = { id, name, by: 'sys:ldap' } as const
  const applied = await applyPlan(platform, by, { plan: found.toDo, inTransaction })
  await keepRead(directory.id, { ...found, applied, inTransaction })
  await inTransaction((tx) => finish(tx, directory, { ...found, applied, platform }))
}

/**
 * Who went lately, with those who go now: written before they do, so that nothing that breaks on the way hides them. Whom a person was asked about begin it anew. Undefined where nobody goes.
 */
function goneWith({ gone, now }: TakenDirectory, { goes, isAsked }: Judged): Gone[] | undefined {
  const count = { people: goes.people.removed, members: goes.members.removed }
  if (count.people + count.members === 0) return undefined
  return isAsked ? [] : [...lately(gone, now), { at: now.toISOString(), ...count }]
}

type Judged = {
  reading: ServerReading
  known: Known
  plan: SyncPlan
  /** What of the plan is done now. */
  toDo: SyncPlan
  /** What that takes away. */
  goes: RemovalFacts
  /** What is held; what goes, where nothing is. */
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
  return { reading, known, plan, ...verdictOn(directory, known, plan) }
}

type Verdict = Pick<Judged, 'toDo' | 'goes' | 'removal' | 'isHeld' | 'isAsked'>

/** What is done of a plan. Of one that takes too much away nothing goes but whom the directory itself says are disabled, as long as they are few: that nobody tells of somebody may be a mistake, this is none. */
function verdictOn(
  { gone, now, accepted, maxRemovedPercent }: TakenDirectory,
  known: Known,
  plan: SyncPlan,
): Verdict {
  const before = lately(gone, now)
  const of = (some: SyncPlan): Removal => {
    const { lines, facts } = removalOf(known, some)
    return { lines, facts: { ...facts, lately: sumOf(before) } }
  }
  const isMass = ({ facts }: Removal) => isTooMuch(facts, before, maxRemovedPercent)
  const all = of(plan)
  const whole = { toDo: plan, goes: all.facts, removal: all, isHeld: false }
  if (!isMass(all)) return { ...whole, isAsked: false }
  if (isAccepted(all.lines, accepted)) return { ...whole, isAsked: true }
  const none = withoutRemovals(plan)
  const disabling = { ...none, disabled: plan.disabled }
  const few = of(disabling)
  if (isMass(few))
    return { toDo: none, goes: of(none).facts, removal: all, isHeld: true, isAsked: false }
  const rest = of({ ...plan, disabled: [] })
  if (isAccepted(rest.lines, accepted)) return { ...whole, isAsked: true }
  return { toDo: disabling, goes: few.facts, removal: rest, isHeld: true, isAsked: false }
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
  { reading, plan, removal, isHeld, applied, platform }: Judged & Ending,
): Promise<void> {
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

function noPassword(): AdapterError {
  return new AdapterError({
    ...{ system: 'ldap', operation: 'sign in', reason: 'unauthorised', retryable: false },
    detail: 'its password was revoked; a platform administrator enters it anew',
  })
}
