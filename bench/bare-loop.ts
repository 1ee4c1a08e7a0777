// The floor of priming: a bare loop that makes the same API calls for the same objects, in namespaces of its own.
import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { injectCredentials, parseTenantObject } from '#lib/flux/tenant-set.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import type { Product } from './support.ts'

const APPROVERS = ['ben.carter', 'erik.lund', 'hugo.meyer', 'dana.silva', 'grace.kim']
const BARE = 'bare-loop'

/** How a cluster is reached. */
export type Site = { name: string; endpoint: string; caPem: string; token: string }

/** What is to be placed in one namespace. */
export type Load = { cluster: string; objects: KubernetesObject[] }

/**
 * The objects of an approved plan, one load for each namespace, renamed to stand beside those of the product. They take their source from the
 * service's own repository, so that Flux has the same work with them.
 */
export async function bareLoads(
  product: Product,
  service: string,
  planHash: string,
): Promise<Load[]> {
  const rows = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<{ cluster: string; namespace: string; body: string }[]>(
      `select c.name as cluster, i.namespace, convert_from(b.body, 'UTF8') as body from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash join cluster c on c.id = i.cluster_id
       where i.plan_hash = decode($1, 'hex') order by i.ordinal`,
      planHash,
    ),
  )
  const loads = new Map<string, Load>()
  const credentials = await readCredentials(product, service)
  for (const { cluster, namespace, body } of rows) {
    const key = `${cluster}/${namespace}`
    const load = loads.get(key) ?? { cluster, objects: [] }
    load.objects.push(bareObject(body, service, credentials))
    loads.set(key, load)
  }
  return [...loads.values()]
}

function bareObject(
  body: string,
  service: string,
  credentials: Record<string, string>,
): KubernetesObject {
  const object = parseTenantObject(body.replaceAll(service, BARE))
  const spec = object.spec as { url?: string } | undefined
  if (object.kind === 'GitRepository' && spec?.url) spec.url = spec.url.replace(BARE, service)
  return injectCredentials(object, credentials)
}

/** What the secrets of a service's namespaces hold, with a key of its own for its repository. */
export async function readCredentials(
  product: Product,
  service: string,
): Promise<Record<string, string>> {
  const host = createGithubSourceHost({
    apiUrl: product.platform.settings.gitUrl,
    token: product.secrets.git ?? '',
    writesPerMinute: 60,
  })
  const [tenant] = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.tenant.findMany({ where: { slug: 'payments' } }),
  )
  const repository = { org: tenant?.git_org ?? '', name: service }
  const { username, password } = await host.readAccess(repository, `bench/${BARE}`)
  return {
    'git-username': username,
    'git-password': password,
    'hook-hmac': 'bench',
    'receiver-token': 'bench',
  }
}

/** Places the loads, so many at once, over one client per cluster as the product has it. Milliseconds in all, and of each. */
export async function bareLoop(
  sites: readonly Site[],
  loads: readonly Load[],
  concurrency: number,
): Promise<{ ms: number; each: number[] }> {
  const dialer = createClusterDialer({ allows: () => true })
  const clusters = new Map(
    sites.map((site) => [site.name, dialer.dial({ ...site, id: site.name, maxInFlight: 4 })]),
  )
  const queue = [...loads]
  const each: number[] = []
  const started = performance.now()
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const cluster = clusters.get(next.cluster)
      if (!cluster) throw new Error(`no site is named ${next.cluster}`)
      await primeBare(cluster, next.objects)
      each.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  return { ms: performance.now() - started, each }
}

async function primeBare(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  const [first] = objects
  if (!first) throw new Error('the plan has no objects for this cluster')
  await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: first.metadata.name })
  for (const object of objects) await applyPatiently(cluster, object)
}

/** On a real API server the hub's rights in a namespace that it just made take a moment. */
async function applyPatiently(cluster: Cluster, object: KubernetesObject): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await cluster.apply(object, {})
      return
    } catch (error) {
      if ((error as { reason?: string }).reason !== 'forbidden' || tries >= 5) throw error
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** tries))
    }
  }
}

/** Has people approve a change until none is asked any more. */
export async function approveEveryStage(
  product: Product,
  changeId: string,
  planHash: string,
): Promise<void> {
  const refused: string[] = []
  for (const user of APPROVERS) {
    const viewer = await product.viewer(user)
    const vote = { changeId, verdict: 'approve' as const, planHash, comment: 'bench' }
    const answer = await decideChange(product.platform, viewer, vote)
    if (answer.ok && answer.value.state !== 'awaiting_approval') return
    refused.push(`${viewer.name}: ${answer.ok ? answer.value.state : answer.error.code}`)
  }
  throw new Error(`the change still waits for approval: ${refused.join(', ')}`)
}

/** Waits until a change is closed: how long its priming took, and how long all took from now on, milliseconds. */
export async function untilClosed(
  product: Product,
  changeId: string,
): Promise<{ primeMs: number; closedMs: number }> {
  const started = performance.now()
  for (;;) {
    const [row] = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ state: string; prime: number | null }[]>(
        `select c.state, (select extract(epoch from s.finished_at - s.started_at)::float8 * 1000 from step s join run r on r.id = s.run_id where r.change_id = c.id and s.name = 'prime_targets') as prime
         from change c where c.id = $1`,
        changeId,
      ),
    )
    if (row?.state === 'closed')
      return { primeMs: row.prime ?? 0, closedMs: performance.now() - started }
    if (row?.state === 'failed' || performance.now() - started > 300_000)
      throw new Error(`the change is ${row?.state}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
