// A look through a cluster for drift as the worker makes it, and the same lists without any comparing.
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { listLive } from '#lib/onboarding/drift/list-live.ts'
import type { Site } from './bare-loop.ts'
import { type Product, workerMetric } from './support.ts'

/** As many namespaces as a look reads in their turn. */
const TURN = 10

/** Asks for one look and waits for it: milliseconds in the worker, objects compared, findings. */
export async function oneSweep(
  product: Product,
  name: string,
): Promise<{ ms: number; objects: number; drifted: number }> {
  const { owner, platform } = product
  const seconds = () => workerMetric(product, 'stairway_job_seconds_sum', 'kind="cluster.sweep"')
  const looks = () => workerMetric(product, 'stairway_job_seconds_count', 'kind="cluster.sweep"')
  const before = { seconds: await seconds(), looks: await looks() }
  const cluster = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.cluster.findUniqueOrThrow({ where: { name } }),
  )
  await platform.db.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    platform.queue.enqueue(tx, 'cluster.sweep', { clusterId: cluster.id }, { key: 'bench' }),
  )
  for (let tries = 0; (await looks()) < before.looks + 1; tries += 1) {
    if (tries > 600) throw new Error('the cluster was not looked through in a minute')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const [kept] = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<{ objects: number; drifted: number }[]>(
      `select objects, drifted from cluster_sweep where cluster_id = $1`,
      cluster.id,
    ),
  )
  if (!kept) throw new Error('the look left nothing')
  return { ms: ((await seconds()) - before.seconds) * 1000, ...kept }
}

/** Milliseconds of the lists that a look makes, and their number. */
export async function bareLists(
  site: Site,
  objects: readonly KubernetesObject[],
): Promise<{ ms: number; calls: number }> {
  const cluster = createClusterDialer({ allows: () => true }).dial({
    ...{ ...site, id: site.name, maxInFlight: 4 },
  })
  let calls = 0
  const counted = {
    ...cluster,
    list(query: Parameters<typeof cluster.list>[0]) {
      calls += 1
      return cluster.list(query)
    },
  }
  const namespaces = objects.filter(({ kind }) => kind === 'Namespace')
  const turn = namespaces.slice(0, TURN).map(({ metadata }) => metadata.name)
  const began = performance.now()
  await listLive(counted, objects, turn)
  return { ms: performance.now() - began, calls }
}
