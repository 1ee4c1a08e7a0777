import { z } from 'zod'
import type { Transaction } from '#lib/db/client.ts'
import { commitsKey } from '#lib/entitlements/store.ts'
import type { Wanted } from '../look-outside.ts'
import type { RollbackFacts } from './load-rollback.ts'
import { branchFollowed, movedBy } from './plan-rollback.ts'
import type { Crossing } from './roll-back.schema.ts'

type Pair = { base: string; head: string; targets: number; from: string }

/** What the Git host said of the commits of a rollback. */
export type Between =
  | { state: 'known'; crossings: Crossing[] }
  /** Nobody has looked yet, or not lately. */
  | { state: 'reading' }
  /** The host did not answer; in its words. */
  | { state: 'unanswered'; detail: string }
  /** The commit does not stand on the branch any more, or the host does not know one of them. */
  | { state: 'unreachable'; commit: string }

const Standing = z.enum(['identical', 'ahead', 'behind', 'diverged'])
const Value = z.union([
  z.object({ refused: z.string() }),
  z.object({
    between: z
      .object({ standing: Standing, ahead: z.int(), behind: z.int(), files: z.int() })
      .nullable(),
  }),
])
type Seen = { value: z.infer<typeof Value>; age: number }

/** A branch moves, and a host comes back: such a look is taken again when it is older, seconds. */
const AGAIN_SECONDS = 60

/**
 * What the Git host says lies between the revision gone to and those that run, and whether its branch still has it, by what was looked up before;
 * `wanted` is what the worker is to look up now.
 */
export async function loadBetween(
  tx: Transaction,
  facts: RollbackFacts,
  commit: string | null,
): Promise<{ between: Between; wanted: Wanted }> {
  const at = { org: facts.tenant.gitOrg, name: facts.service.slug }
  const moved = movedBy(facts.instances, { commit })
  const branch = branchFollowed(facts.instances)
  const crossed = crossedBy(moved, { commit, branch })
  const reach = commit ? { base: commit, head: branch } : undefined
  const pairs = [...crossed, ...(reach ? [reach] : [])]
  const seen = await loadSeen(
    tx,
    pairs.map(({ base, head }) => commitsKey(at, base, head)),
  )
  const find = ({ base, head }: { base: string; head: string }) =>
    seen.get(commitsKey(at, base, head))
  const due = pairs.filter((pair) => {
    const found = find(pair)
    const moves = pair.head === branch || (found && 'refused' in found.value)
    return !found || (moves && found.age > AGAIN_SECONDS)
  })
  const commits = due.map(({ base, head }) => ({ ...at, base, head }))
  const wanted = { repository: null, namespaces: [], commits }
  return { between: judged({ commit, reach, crossed }, find), wanted }
}

function crossedBy(
  moved: RollbackFacts['instances'],
  { commit, branch }: { commit: string | null; branch: string },
): Pair[] {
  const from = moved.flatMap(({ runs, pinned }) => (commit ? runs : (pinned ?? runs)) ?? [])
  return [...new Set(from)].sort().flatMap((sha) => {
    const targets = from.filter((one) => one === sha).length
    if (sha === commit) return []
    return [{ base: commit ?? sha, head: commit ? sha : branch, targets, from: sha }]
  })
}

type Judging = {
  commit: string | null
  reach: { base: string; head: string } | undefined
  crossed: readonly Pair[]
}

function judged(
  { commit, reach, crossed }: Judging,
  find: (pair: { base: string; head: string }) => Seen | undefined,
): Between {
  const all = [...(reach ? [reach] : []), ...crossed].map((pair) => ({ pair, seen: find(pair) }))
  if (all.some(({ seen }) => !seen)) return { state: 'reading' }
  for (const { seen } of all)
    if (seen && 'refused' in seen.value) return { state: 'unanswered', detail: seen.value.refused }
  const betweenOf = (pair: { base: string; head: string }) => {
    const value = find(pair)?.value
    return value && 'between' in value ? value.between : null
  }
  if (reach && commit && !['ahead', 'identical'].includes(betweenOf(reach)?.standing ?? ''))
    return { state: 'unreachable', commit }
  // what ran and is not known any more, after a history was rewritten, is told by leaving it out
  const crossings = crossed.flatMap((pair): Crossing[] => {
    const between = betweenOf(pair)
    if (!between) return []
    const commits = between.ahead + between.behind
    const { standing, files } = between
    return [{ from: pair.from, targets: pair.targets, standing, commits, files }]
  })
  return { state: 'known', crossings }
}

async function loadSeen(
  tx: Transaction,
  keys: readonly string[],
): Promise<ReadonlyMap<string, Seen>> {
  const rows = await tx.$queryRaw<{ key: string; value: unknown; age: number }[]>`
    select key, value, extract(epoch from clock_timestamp() - observed_at)::float8 as age from fact where kind = 'commits' and key = any(${[...keys]})`
  return new Map(
    rows.flatMap(({ key, value, age }) => {
      const read = Value.safeParse(value)
      return read.success ? [[key, { value: read.data, age }] as const] : []
    }),
  )
}
