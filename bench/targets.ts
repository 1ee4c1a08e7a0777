// (c) One change with 500 targets, against a bare loop that makes the same API calls with the same concurrency.
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import {
  admitEverywhere,
  newFolder,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'

const CLUSTERS = 500
/** As the product does it: four jobs of 25 targets each. */
const CONCURRENCY = 100
const folder = newFolder()
const product = await startProduct({ folder, clusters: CLUSTERS })
try {
  const { platform, owner } = product
  const [ada, ben, erik] = await Promise.all(
    ['ada.okafor', 'ben.carter', 'erik.lund'].map((user) => product.viewer(user)),
  )
  if (!ada || !ben || !erik) throw new Error('no viewers')
  await admitEverywhere(product)
  const clusters = await simulated()
  const targets = clusters.map(({ name }) => ({
    environment: name.split('-')[0] ?? 'dev',
    cluster: name,
  }))
  const answer = await requestService(platform, ada, {
    request: smallRequest('everywhere', targets),
  })
  if (!answer.ok) throw refusal(answer.error)
  const { changeId, planHash } = answer.value

  const floorMs = await bareLoop(clusters, await objectsOf(planHash))

  for (const viewer of [ben, erik])
    await decideChange(platform, viewer, { changeId, verdict: 'approve', planHash, comment: '' })
  const { primeMs, closedMs } = await untilClosed(changeId)
  report('targets', [
    {
      what: `bare loop, ${CLUSTERS} targets, ${CONCURRENCY} at once`,
      value: floorMs / 1000,
      unit: 's',
    },
    { what: 'the step that primes, first claim to last target', value: primeMs / 1000, unit: 's' },
    { what: 'against the bare loop', value: primeMs / floorMs, unit: 'times', aim: '≤ 1.5' },
    { what: 'approved to closed, Flux Ready on every target', value: closedMs / 1000, unit: 's' },
    {
      what: 'memory of the fleet stand-in',
      value: product.memory('fleet'),
      unit: 'MiB',
      aim: '< 1024',
    },
  ])

  async function objectsOf(hash: string): Promise<Map<string, KubernetesObject[]>> {
    const rows = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ cluster: string; body: string }[]>(
        `select c.name as cluster, convert_from(b.body, 'UTF8') as body from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash join cluster c on c.id = i.cluster_id
         where i.plan_hash = decode($1, 'hex') order by i.ordinal`,
        hash,
      ),
    )
    const { parseTenantObject } = await import('#lib/flux/tenant-set.ts')
    const byCluster = new Map<string, KubernetesObject[]>()
    for (const { cluster, body } of rows)
      byCluster.set(cluster, [
        ...(byCluster.get(cluster) ?? []),
        parseTenantObject(body.replaceAll('everywhere', 'bare-loop')),
      ])
    return byCluster
  }
} finally {
  await product.stop()
  removeFolder(folder)
}

type Simulated = { name: string; endpoint: string; caPem: string; token: string }

async function simulated(): Promise<Simulated[]> {
  const answered = await fetch('http://127.0.0.1:31050', {
    headers: { authorization: `Bearer ${product.secrets.control}` },
  })
  return ((await answered.json()) as { clusters: Simulated[] }).clusters
}

async function bareLoop(
  clusters: readonly Simulated[],
  objects: ReadonlyMap<string, readonly KubernetesObject[]>,
): Promise<number> {
  const dialer = createClusterDialer({ allows: () => true })
  const queue = [...clusters]
  const started = performance.now()
  const lane = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const cluster = dialer.dial({ ...next, id: next.name, maxInFlight: 4 })
      await primeBare(cluster, objects.get(next.name) ?? [])
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, lane))
  return performance.now() - started
}

async function primeBare(cluster: Cluster, objects: readonly KubernetesObject[]): Promise<void> {
  const [first] = objects
  if (!first) throw new Error('the plan has no objects for this cluster')
  await cluster.read({ apiVersion: 'v1', kind: 'Namespace', name: first.metadata.name })
  for (const object of objects) await cluster.apply(object, {})
}

async function untilClosed(changeId: string): Promise<{ primeMs: number; closedMs: number }> {
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
