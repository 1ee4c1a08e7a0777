// (d) The services list and the search at 20,000 services and 200,000 configuration items, against a bare round trip in the same run.
import { listCatalog } from '#lib/cmdb/catalog-queries.ts'
import { listServices } from '#lib/cmdb/service-list-queries.ts'
import type { Viewer } from '#lib/viewer.ts'
import { newFolder, percentile, removeFolder, report, startProduct } from './support.ts'

const SERVICES = 20_000
const ROUNDS = 200
const WORST = { view: 'all', sort: 'worst' } as const
const folder = newFolder()
const product = await startProduct({ folder })
try {
  const filled = performance.now()
  await fill()
  const fillSeconds = (performance.now() - filled) / 1000
  const ada = await product.viewer('ada.okafor')
  const iris = await product.viewer('iris.novak')
  const words = ['ledger', 'gateway', 'rates', 'ledgr', 'card-dispute', 'svc-19', 'batch', 'zzz']
  const { platform } = product
  const floor = await timed(() => platform.read(ada, (tx) => tx.$queryRaw`select 1`))
  const measured = {
    'services list, one tenant, worst first': await timed(() => listServices(platform, ada, WORST)),
    'services list, every tenant': await timed(() => listServices(platform, iris, WORST)),
    'services list, deep page': await timed(await deep()),
    ...(await slowest('one tenant', ada)),
    ...(await slowest('every tenant', iris)),
    'catalog, a class by name': await timed(() =>
      listCatalog(platform, iris, { class: 'service' }),
    ),
  }
  report('lists', [
    { what: `filling ${SERVICES} services and their items`, value: fillSeconds, unit: 's' },
    { what: 'configuration items', value: await count(), unit: '' },
    { what: 'floor: one empty read, 95th percentile', value: floor, unit: 'ms' },
    ...Object.entries(measured).flatMap(([what, value]) => [
      { what: `${what}, 95th percentile`, value, unit: 'ms', aim: '< 20' },
      { what: `${what}, times the floor`, value: value / floor, unit: 'times' },
    ]),
  ])

  /** The word that takes longest to find: a mix of words would hide it. */
  async function slowest(whose: string, viewer: Viewer): Promise<Record<string, number>> {
    const each: [string, number][] = []
    for (const q of words)
      each.push([
        `catalog search, ${whose}, slowest word (${q})`,
        await timed(() => listCatalog(platform, viewer, { q })),
      ])
    const [last] = each.sort(([, a], [, b]) => b - a)
    return last ? Object.fromEntries([last]) : {}
  }

  async function deep(): Promise<() => Promise<unknown>> {
    let after: string | undefined
    for (let page = 0; page < 20; page += 1)
      after = (await listServices(platform, iris, { ...WORST, after })).next
    return () => listServices(platform, iris, { ...WORST, after })
  }
} finally {
  await product.stop()
  removeFolder(folder)
}

async function timed(call: (round: number) => Promise<unknown>): Promise<number> {
  for (let round = 0; round < 10; round += 1) await call(round)
  const samples: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now()
    await call(round)
    samples.push(performance.now() - started)
  }
  return percentile(samples, 95)
}

async function count(): Promise<number> {
  const [row] = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<{ n: number }[]>('select count(*)::int as n from ci'),
  )
  return row?.n ?? 0
}

/** Per service: a repository, an application, a template and three instances with namespaces: ten items. */
async function fill(): Promise<void> {
  const scope = { actor: 'sys:bench', tenants: [], reason: 'bench' }
  await product.owner.inContext(scope, async (tx) => {
    const sql = (text: string) => tx.$executeRawUnsafe(text)
    await sql(`create temp table made on commit drop as
      select n, (array(select id from tenant where slug <> 'platform' order by slug))[1 + n % 2] as tenant_id,
        (array['ledger','gateway','rates','card-dispute','limits','onboarding','batch','settlement'])[1 + n % 8] || '-svc-' || n as name from generate_series(1, ${SERVICES}) n`)
    const item = (prefix: string, itemClass: string, suffix: string) =>
      sql(`insert into ci (id, tenant_id, class, name, display_name, natural_key, tier, data_class)
        select '${prefix}_bench' || lpad(n::text, 21, '0') || '${suffix}', tenant_id, '${itemClass}', name || '${suffix ? `-${suffix}` : ''}', name, '${itemClass}/' || name || '${suffix}', 1 + n % 4, n % 3 from made`)
    await item('svc', 'service', '')
    await item('rep', 'repository', '')
    await item('app', 'business_application', '')
    for (const environment of ['dev', 'test', 'prod']) {
      await item('sin', 'service_instance', environment)
      await item('nsp', 'namespace', environment)
    }
    await item('tpl', 'template', '')
    await sql(
      `insert into service (id, tenant_id) select 'svc_bench' || lpad(n::text, 21, '0'), tenant_id from made`,
    )
    for (const environment of ['dev', 'test', 'prod'])
      await sql(`insert into service_instance (id, tenant_id, service_id, environment, cluster_id, namespace)
        select 'sin_bench' || lpad(n::text, 21, '0') || '${environment}', tenant_id, 'svc_bench' || lpad(n::text, 21, '0'), '${environment}',
          (array(select id from cluster where '${environment}' = any(environments) order by name))[1 + n % 3], name || '-${environment}' from made`)
  })
  await product.owner.inContext(scope, (tx) => tx.$executeRawUnsafe('analyze'))
}
