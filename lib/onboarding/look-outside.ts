import { AdapterError } from '#lib/adapter-error.ts'
import { canonicalJson } from '#lib/canonical.ts'
import type { Fact, Facts, SeenFacts } from '#lib/entitlements/facts.ts'
import { commitsKey, type ObservedFact, recordFacts } from '#lib/entitlements/store.ts'
import { clockOf } from '#lib/fleet/store.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { JobArgs } from '#lib/jobs/kinds.ts'
import { countHit } from '#lib/limits/store.ts'
import type { Platform, WorkerPlatform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RequestContext } from './request-context.ts'
import { dialCluster } from './steps/dial-cluster.ts'

/** Names to look for outside: only the worker may look there. */
export type Wanted = JobArgs<'names.look'>

/** A look is taken again when it is older, seconds. */
const AGAIN_SECONDS = 60
/** Namespaces of one look at most; what is beyond is looked at by the step, as ever. */
const MOST_NAMESPACES = 100
const AT_ONCE = 20
/** Of a cluster that takes new services. */
const OPEN_STATES = ['active', 'joining']
const WORKER = { actor: 'sys:worker', tenants: [] }

/** Names of a request that our records do not hold and that nobody has looked for lately, on clusters that admit the tenant. */
export function namesToLookFor(
  { repository, repositorySeen, targets }: Facts,
  { tenant, targets: chosen }: RequestContext,
  { name, now }: { name: string; now: Date },
): Wanted {
  const wanted = (names: Fact<{ free: boolean }>, seen: Fact<SeenFacts>) =>
    isOld(seen, now) && names.known && (names.value.free || names.source === seen.source)
  const namespaces = chosen.flatMap(({ cluster, namespace, adopts }, place) => {
    if (adopts) return []
    const facts = targets[place]
    const open =
      facts?.admitted.known && facts.admitted.value && OPEN_STATES.includes(cluster.state)
    const legal = facts?.namespaceFree.known && facts.namespaceFree.value.legal
    return open && legal && wanted(facts.namespaceFree, facts.namespaceSeen)
      ? [{ clusterId: cluster.id, cluster: cluster.name, namespace }]
      : []
  })
  return {
    repository: wanted(repository, repositorySeen) ? { org: tenant.gitOrg, name } : null,
    namespaces: namespaces.slice(0, MOST_NAMESPACES),
  }
}

function isOld(seen: Fact<SeenFacts>, now: Date): boolean {
  return !seen.known || now.getTime() - seen.observedAt.getTime() > AGAIN_SECONDS * 1000
}

/** Asks the worker to look, once for the same names at a time; false when there is nothing to look for, or the person asks too often. */
export async function askForLook(
  platform: Platform,
  viewer: Viewer,
  wanted: Wanted,
): Promise<boolean> {
  if (!wanted.repository && wanted.namespaces.length === 0 && !wanted.commits?.length) return false
  return platform.db.inContext({ actor: viewer.id, tenants: [] }, async (tx) => {
    if ((await countHit(tx, 'looks', viewer.id)) !== null) return false
    const key = sha256Hex(canonicalJson(wanted))
    await platform.queue.enqueue(tx, 'names.look', wanted, { key })
    return true
  })
}

/** Looks for names on the Git host and on clusters, and keeps what it found. A place that does not answer leaves its names as they were known; few others wait for it. */
export async function lookOutside(
  platform: WorkerPlatform,
  { repository, namespaces, commits = [] }: Wanted,
): Promise<void> {
  const looks = [
    ...(repository ? [() => lookForRepository(platform, repository)] : []),
    ...namespaces.map((place) => () => lookForNamespace(platform, place)),
    ...commits.map((pair) => () => lookBetween(platform, pair)),
  ]
  for (let from = 0; from < looks.length; from += AT_ONCE)
    await Promise.all(looks.slice(from, from + AT_ONCE).map((look) => keep(platform, look)))
}

type Found = Omit<ObservedFact, 'observedAt'>

async function keep(platform: WorkerPlatform, look: () => Promise<Found>): Promise<void> {
  const observedAt = await platform.db.inContext(WORKER, clockOf)
  try {
    const found = await look()
    await platform.db.inContext(WORKER, (tx) => recordFacts(tx, [{ ...found, observedAt }]))
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    platform.log.warn({ error }, 'a name could not be looked for')
  }
}

async function lookForRepository(
  { sourceHost }: WorkerPlatform,
  repository: NonNullable<Wanted['repository']>,
): Promise<Found> {
  const exists = await sourceHost.repositoryExists(repository)
  const key = `${repository.org}/${repository.name}`
  return { kind: 'repository', key, value: { exists }, source: 'Git host' }
}

async function lookForNamespace(
  platform: WorkerPlatform,
  { clusterId, cluster: source, namespace }: Wanted['namespaces'][number],
): Promise<Found> {
  const cluster = await dialCluster(platform, clusterId)
  const found = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  const key = `${clusterId}/${namespace}`
  return { kind: 'namespace', key, value: { exists: found !== null }, source }
}

/** A host that does not answer is told as that, so that whoever waits for the figures knows. */
async function lookBetween(
  { sourceHost }: WorkerPlatform,
  { org, name, base, head }: NonNullable<Wanted['commits']>[number],
): Promise<Found> {
  const found = { kind: 'commits', key: commitsKey({ org, name }, base, head) } as const
  try {
    const between = await sourceHost.between({ org, name }, base, head)
    return { ...found, value: { between }, source: 'Git host' }
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    return { ...found, value: { refused: error.detail }, source: 'Git host' }
  }
}
