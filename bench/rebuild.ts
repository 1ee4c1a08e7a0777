// Fifty tenants with two services each on a real cluster that is wiped and started anew: how long until Flux is Ready with all of them,
// against `kubectl apply` of the same objects on a cluster like it, and the same wait. Before that, one look for drift where nothing drifted.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type RealCluster, realCluster } from '#e2e/support/real-clusters.ts'
import { injectCredentials, parseTenantObject } from '#lib/flux/tenant-set.ts'
import { newId } from '#lib/id.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { replaceCredentials } from '#lib/onboarding/register-cluster.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { layCostCode, layQuota, layRole, layTenant } from '#prisma/seed/lay.ts'
import { readCredentials } from './bare-loop.ts'
import { registeredSites, siteOf } from './real-sites.ts'
import {
  newFolder,
  type Product,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'
import { bareLists, oneSweep } from './sweep.ts'

const TENANTS = 50
const SERVICES_EACH = 2
const ENVIRONMENT = 'dev'
const LAYER = { by: 'sys:bench', reason: 'bench' }
const MOST_MS = 900_000

const folder = newFolder()
const product = await startProduct({ folder })
const ours = realCluster(81)
const bare = realCluster(82)
try {
  const [site] = await registeredSites(product, [ours], [ENVIRONMENT])
  if (!site) throw new Error('no site')
  const tenants = await laidTenants(product)
  const services = await onboarded(product, tenants)
  const objects = await placedObjects(product, services)

  await oneSweep(product, ours.name)
  const sweep = await oneSweep(product, ours.name)
  const lists = await bareLists(site, objects)
  if (sweep.drifted > 0) throw new Error(`${sweep.drifted} objects drifted by themselves`)

  const again = siteOf(ours.name, ours.begin())
  const since = performance.now()
  await newToken(product, again.token, again.caPem)
  const rebuiltMs = await untilReady(ours, services.length, since)
  await untilSaidDone(product)
  const saidMs = performance.now() - since

  bare.begin()
  const file = path.join(folder, 'objects.json')
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const started = performance.now()
  bare.kubectl('apply', '--server-side', '-f', file)
  const appliedMs = performance.now() - started
  const bareMs = await untilReady(bare, services.length, started)
  const row = (what: string, ms: number) => ({ what, value: ms / 1000, unit: 's' })
  report('rebuild', [
    { what: 'namespaces', value: services.length, unit: 'namespaces' },
    { what: 'objects', value: objects.length, unit: 'objects' },
    row('kubectl apply', appliedMs),
    row('kubectl apply, then Flux Ready with all', bareMs),
    row('rebuild: from the new token to Flux Ready with all', rebuiltMs),
    row('rebuild: from the new token to its page saying so', saidMs),
    { what: 'against kubectl apply', value: rebuiltMs / bareMs, unit: 'times' },
    { what: 'objects compared at one look', value: sweep.objects, unit: 'objects' },
    { what: 'calls of one look', value: lists.calls, unit: 'calls', aim: '≤ 12 + 2 × 10' },
    row('the same lists, bare', lists.ms),
    { ...row('one look, nothing drifted', sweep.ms), aim: '≤ 5' },
    { what: 'one look against the bare lists', value: sweep.ms / lists.ms, unit: 'times' },
  ])
} finally {
  for (const cluster of [ours, bare]) cluster.end()
  await product.stop()
  removeFolder(folder)
}

/** Tenants of the groups that the demonstration's payments has, admitted to the cluster. */
async function laidTenants({ owner }: Product): Promise<string[]> {
  const slugs = Array.from({ length: TENANTS }, (_, place) => `bench-${place + 1}`)
  await owner.inContext({ actor: LAYER.by, tenants: [], reason: LAYER.reason }, async (tx) => {
    const payments = await tx.tenant.findUniqueOrThrow({ where: { slug: 'payments' } })
    const grants = await tx.membership.findMany({ where: { tenant_id: payments.id } })
    for (const [place, slug] of slugs.entries()) {
      const id = newId('ten')
      await layTenant(tx, {
        ...{ id, slug, name: slug, prefix: `b${place + 1}`, gitOrg: payments.git_org },
        ...{ environments: [ENVIRONMENT], maxDataClass: 3, maxServices: SERVICES_EACH },
      })
      for (const { principal_id: principalId, role } of grants)
        await layRole(tx, LAYER, { tenantId: id, principalId, role })
      const room = { cpu: 1_000_000, memory: 1_000_000, instances: SERVICES_EACH }
      await layQuota(tx, { tenantId: id, environment: ENVIRONMENT, ...room })
      await layCostCode(tx, {
        ...{ code: `CC-9${100 + place}`, tenantId: id, name: slug, chargeable: true },
        ...{ validFrom: '2026-01-01', validTo: null, source: 'bench' },
      })
    }
    await tx.$executeRawUnsafe(
      `insert into tenant_cluster (tenant_id, cluster_id, environment, added_by) select t.id, c.id, $3, 'sys:bench' from tenant t, cluster c where t.slug = any($1) and c.name = $2`,
      ...[slugs, ours.name, ENVIRONMENT],
    )
  })
  return slugs
}

type Service = { name: string; changeId: string }

/** Has services requested in every tenant, all pre-authorised, and waits until the last change is closed. */
async function onboarded({ owner, platform, viewer }: Product, tenants: string[]) {
  const ada = await viewer('ada.okafor')
  const services: Service[] = []
  for (const [place, tenant] of tenants.entries())
    for (let n = 1; n <= SERVICES_EACH; n += 1) {
      const name = `rebuilt-${place + 1}-${n}`
      const targets = [{ environment: ENVIRONMENT, cluster: ours.name }]
      const request = { ...smallRequest(name, targets), tenant, costCode: `CC-9${100 + place}` }
      const answer = await requestService(platform, ada, { request })
      if (!answer.ok) throw refusal(answer.error)
      services.push({ name, changeId: answer.value.changeId })
    }
  await untilRows(owner, `select 1 from change where id = any($1) and state = 'closed'`, {
    values: [services.map(({ changeId }) => changeId)],
    rows: services.length,
  })
  return services
}

/** Every object of the approved plans, with what its secrets hold. */
async function placedObjects(from: Product, services: readonly Service[]) {
  const objects: KubernetesObject[] = []
  for (const { name, changeId } of services) {
    const rows = await from.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ body: string }[]>(
        `select convert_from(b.body, 'UTF8') as body from change c join plan_item i on i.plan_hash = c.plan_hash join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash
         where c.id = $1 and i.cluster_id is not null order by i.ordinal`,
        changeId,
      ),
    )
    const credentials = await readCredentials(from, name)
    objects.push(...rows.map(({ body }) => injectCredentials(parseTenantObject(body), credentials)))
  }
  return objects
}

async function newToken({ owner, platform, viewer }: Product, token: string, caPem: string) {
  const grace = await viewer('grace.kim')
  const cluster = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.cluster.findUniqueOrThrow({ where: { name: ours.name } }),
  )
  const answer = await replaceCredentials(platform, grace, { clusterId: cluster.id, token, caPem })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
}

/** Milliseconds from `since` until Flux says Ready of so many Kustomizations. */
async function untilReady(cluster: RealCluster, wanted: number, since: number): Promise<number> {
  for (;;) {
    const said = cluster.kubectl(
      ...['get', 'kustomizations.kustomize.toolkit.fluxcd.io', '-A', '--ignore-not-found'],
      ...['-o', `jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}`],
    )
    const ready = said.split(' ').filter((status) => status === 'True').length
    const now = performance.now() - since
    if (ready >= wanted) return now
    if (now > MOST_MS) throw new Error(`${ready} of ${wanted} are Ready on ${cluster.name}`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function untilSaidDone({ owner }: Product): Promise<void> {
  await untilRows(owner, `select 1 from cluster_rebuild where state = 'done'`, {
    values: [],
    rows: 1,
  })
}

async function untilRows(
  owner: Product['owner'],
  query: string,
  { values, rows }: { values: unknown[]; rows: number },
): Promise<void> {
  const began = performance.now()
  for (;;) {
    const found = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<unknown[]>(query, ...values),
    )
    if (found.length >= rows) return
    if (performance.now() - began > MOST_MS) throw new Error(`${found.length} of ${rows}: ${query}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
