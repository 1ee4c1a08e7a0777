import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import type { Skipped } from '#lib/directory/ldap/entry.ts'
import type { Key, SyncPlan } from '#lib/directory/ldap/plan.ts'
import type { Result } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import {
  type DirectoryName,
  letGroupGo,
  letPersonGo,
  rewriteGroup,
  rewritePerson,
  type SyncError,
  takeInGroup,
  takeInPerson,
} from '../directory-acts.ts'

type Ending = Pick<Platform, 'queue' | 'settings'>
/** One act on one person or group. */
type Act = {
  of: { objectId: string | null; dn: string }
  run(tx: Transaction): Promise<Result<unknown, SyncError>>
}
/** Ids of those who were new; whoever could not be taken in has none. */
export type Applied = { ids: Map<Key, string>; skipped: Skipped[] }
/** Runs acts in one transaction, as long as nobody has taken the reading over. */
export type InTransaction = (body: (tx: Transaction) => Promise<void>) => Promise<void>

/** Acts of one transaction: few enough that nobody waits long for the audit chain. */
const AT_ONCE = 40

/** Does what a plan says by the very acts of SCIM, those who go first. An act that another name or id stands in the way of is left out, and told. */
export async function applyPlan(
  platform: Ending,
  directory: DirectoryName,
  { plan, inTransaction }: { plan: SyncPlan; inTransaction: InTransaction },
): Promise<Applied> {
  const applied: Applied = { ids: new Map(), skipped: [] }
  await runAll(leaving(platform, directory, plan), { applied, inTransaction })
  await runAll(arriving(platform, directory, { plan, applied }), { applied, inTransaction })
  const changes = memberships(platform, directory, { plan, ids: applied.ids })
  await runAll(changes, { applied, inTransaction })
  return applied
}

function leaving(platform: Ending, directory: DirectoryName, plan: SyncPlan): Act[] {
  const nameOf = new Map(plan.entries.map(({ key, objectId, dn }) => [key, { objectId, dn }]))
  const of = (id: string) => nameOf.get(id) ?? { objectId: null, dn: id }
  return [
    ...plan.disabled.map((one) => ({
      of: of(one.id),
      run: (tx: Transaction) => disablePerson(platform, tx, { directory, one }),
    })),
    ...plan.removed.map((id) => ({
      of: of(id),
      run: (tx: Transaction) => letPersonGo(platform, tx, { directory, id }),
    })),
    ...plan.droppedGroups.map((id) => ({
      of: of(id),
      run: (tx: Transaction) => letGroupGo(platform, tx, { directory, id }),
    })),
  ]
}

type Disabling = { directory: DirectoryName; one: SyncPlan['disabled'][number] }

/** Whoever falls, falls at once: where another has the new name still, they keep the one they had. */
async function disablePerson(
  platform: Ending,
  tx: Transaction,
  { directory, one: { id, facts, before } }: Disabling,
): Promise<Result<unknown, SyncError>> {
  const user = { id, active: true }
  const done = await rewritePerson(platform, tx, { directory, user, facts })
  if (done.ok || done.error.code !== 'uniqueness') return done
  return rewritePerson(platform, tx, { directory, user, facts: { ...facts, userName: before } })
}

type Arriving = { plan: SyncPlan; applied: Applied }

function arriving(
  platform: Ending,
  directory: DirectoryName,
  { plan, applied: { ids } }: Arriving,
): Act[] {
  const dnOf = new Map(plan.entries.map(({ objectId, dn }) => [objectId, dn]))
  const of = (objectId: string | null) => ({ objectId, dn: dnOf.get(objectId ?? '') ?? '' })
  const noted = (objectId: string, made: Result<{ id: string }, SyncError>) => {
    if (made.ok) ids.set(`new:${objectId}`, made.value.id)
    return made
  }
  return [
    ...plan.changed.map(({ id, facts }) => ({
      of: of(facts.externalId),
      run: (tx: Transaction) =>
        rewritePerson(platform, tx, { directory, user: { id, active: false }, facts }),
    })),
    ...plan.newPeople.map(({ objectId, facts }) => ({
      of: of(objectId),
      run: async (tx: Transaction) => noted(objectId, await takeInPerson(tx, directory, facts)),
    })),
    ...plan.renamed.map(({ id, name, objectId }) => ({
      of: of(objectId),
      run: (tx: Transaction) =>
        rewriteGroup(platform, tx, {
          ...{ directory, id },
          change: { displayName: name, externalId: objectId, addMembers: [], removeMembers: [] },
        }),
    })),
    ...plan.newGroups.map(({ objectId, name }) => ({
      of: of(objectId),
      run: async (tx: Transaction) =>
        noted(
          objectId,
          await takeInGroup(tx, directory, {
            ...{ displayName: name, externalId: objectId, members: [] },
          }),
        ),
    })),
  ]
}

type Moves = { plan: SyncPlan; ids: ReadonlyMap<Key, string> }

function memberships(platform: Ending, directory: DirectoryName, { plan, ids }: Moves): Act[] {
  const groups = new Set([...plan.joins, ...plan.leaves].map(({ group }) => group))
  const joins = new Map(plan.joins.map(({ group, people }) => [group, people]))
  const leaves = new Map(plan.leaves.map(({ group, people }) => [group, people]))
  return [...groups].flatMap((group) => {
    const id = idOf(group, ids)
    if (!id) return []
    const addMembers = (joins.get(group) ?? []).flatMap((key) => idOf(key, ids) ?? [])
    const removeMembers = [...(leaves.get(group) ?? [])]
    return {
      of: { objectId: null, dn: id },
      run: (tx: Transaction) =>
        rewriteGroup(platform, tx, { directory, id, change: { addMembers, removeMembers } }),
    }
  })
}

/** The id behind a key; undefined for one that could not be taken in. */
export function idOf(key: Key, ids: ReadonlyMap<Key, string>): string | undefined {
  return key.startsWith('new:') ? ids.get(key) : key
}

type Running = { applied: Applied; inTransaction: InTransaction }

async function runAll(acts: readonly Act[], running: Running): Promise<void> {
  for (let from = 0; from < acts.length; from += AT_ONCE)
    await runSome(acts.slice(from, from + AT_ONCE), running)
}

/** Several in one transaction; where a name or an id is taken, each in its own, so that one stands in nobody else’s way. */
async function runSome(acts: readonly Act[], running: Running): Promise<void> {
  const { applied, inTransaction } = running
  const refused: Skipped[] = []
  try {
    await inTransaction(async (tx) => {
      for (const { of, run } of acts) {
        const done = await run(tx)
        if (!done.ok) refused.push({ ...of, why: wordsOf(done.error) })
      }
    })
    applied.skipped.push(...refused)
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    const [only, ...more] = acts
    if (only && more.length === 0)
      applied.skipped.push({ ...only.of, why: 'its name or its id is taken by another' })
    else for (const act of acts) await runSome([act], running)
  }
}

function wordsOf(error: SyncError): string {
  return 'detail' in error ? error.detail : 'it is not there any more'
}
