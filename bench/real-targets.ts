// One change with 102 targets on three real clusters, against a bare loop that makes the same API calls with the same concurrency.
import { realCluster } from '#e2e/support/real-clusters.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { layEnvironmentItems } from '#prisma/seed/lay.ts'
import { approveEveryStage, bareLoads, bareLoop, type Site, untilClosed } from './bare-loop.ts'
import { registeredSites } from './real-sites.ts'
import {
  admitEverywhere,
  newFolder,
  type Product,
  percentile,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'

const NUMBERS = [81, 82, 83]
const SERVICE = 'everywhere'
/** As the product does it: four jobs of 25 targets each. */
const CONCURRENCY = 100
const ENVIRONMENTS = Array.from({ length: 34 }, (_, place) => `e${place + 1}`)

const folder = newFolder()
const product = await startProduct({ folder })
const clusters = NUMBERS.map(realCluster)
try {
  const sites = await registered(product)
  await admitEverywhere(product)
  const targets = sites.flatMap(({ name }) =>
    ENVIRONMENTS.map((environment) => ({ environment, cluster: name })),
  )
  await primed('warm-up', targets.slice(0, 1))
  const { changeId, planHash, primeMs, closedMs } = await primed(SERVICE, targets)
  const each = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<{ ms: number }[]>(
      `select extract(epoch from l.at - s.started_at)::float8 * 1000 as ms from run r join step s on s.run_id = r.id and s.name = 'prime_targets'
       join log_line l on l.run_id = r.id and l.ordinal = s.ordinal and l.cluster_id is not null where r.change_id = $1`,
      changeId,
    ),
  )
  const loads = await bareLoads(product, SERVICE, planHash)
  const bare = await bareLoop(sites, loads, CONCURRENCY)
  const ours = each.map(({ ms }) => ms)
  const row = (what: string, ms: number) => ({ what, value: ms / 1000, unit: 's' })
  report('real-targets', [
    { what: 'targets', value: loads.length, unit: 'targets' },
    { what: 'objects', value: loads.flatMap(({ objects }) => objects).length, unit: 'objects' },
    row('bare loop', bare.ms),
    row('bare loop: a target is placed, median', percentile(bare.each, 50)),
    row('bare loop: a target is placed, 95th percentile', percentile(bare.each, 95)),
    row('the step that primes, first claim to last target', primeMs),
    row('a target is primed, median', percentile(ours, 50)),
    row('a target is primed, 95th percentile', percentile(ours, 95)),
    { what: 'against the bare loop', value: primeMs / bare.ms, unit: 'times', aim: '≤ 1.3' },
    row('approved to closed, Flux Ready on every target', closedMs),
  ])
} finally {
  for (const cluster of clusters) cluster.end()
  await product.stop()
  removeFolder(folder)
}

async function primed(name: string, targets: { environment: string; cluster: string }[]) {
  const ada = await product.viewer('ada.okafor')
  const answer = await requestService(product.platform, ada, {
    request: smallRequest(name, targets),
  })
  if (!answer.ok) throw refusal(answer.error)
  const { changeId, planHash } = answer.value
  await approveEveryStage(product, changeId, planHash)
  return { changeId, planHash, ...(await untilClosed(product, changeId)) }
}

/** Makes the environments, starts the clusters, registers them as an administrator does, and waits until their preflight let them in. */
async function registered(product: Product): Promise<Site[]> {
  await product.owner.inContext(
    { actor: 'sys:bench', tenants: [], reason: 'bench' },
    async (tx) => {
      await tx.$executeRawUnsafe(
        `insert into environment (name, rank, production) select e, (select max(rank) from environment) + row_number() over (), false from unnest($1::text[]) e`,
        ENVIRONMENTS,
      )
      await tx.$executeRawUnsafe(
        `update tenant set environments = environments || $1::text[] where slug = 'payments'`,
        ENVIRONMENTS,
      )
      await tx.$executeRawUnsafe(
        `insert into tenant_quota (tenant_id, environment, cpu_milli, memory_mib, instances) select t.id, e, 1, 1, 1 from tenant t, unnest($1::text[]) e where t.slug = 'payments'`,
        ENVIRONMENTS,
      )
      await layEnvironmentItems(tx)
    },
  )
  return registeredSites(product, clusters, ENVIRONMENTS)
}
