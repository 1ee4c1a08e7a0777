import { updateChange } from '#lib/changes/store.ts'
import { CmdbItem } from '#lib/cmdb/item.ts'
import {
  type RegisteredCi,
  registerInstances,
  registerItems,
  registerService,
} from '#lib/cmdb/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { type RunContext, requestOf, type SingleStep } from './step.ts'
import { verifiedItems } from './verified-items.ts'

/** Writes the CMDB rows of the plan: business application, repository, service, instances, namespaces and their relations. */
export const recordService: SingleStep = {
  kind: 'single',
  name: 'record_service',
  title: 'Register in the CMDB',
  async perform(platform, run) {
    const items = await verifiedItems(platform, run, { prefix: 'cmdb/' })
    const parsed = items.map((item) => CmdbItem.parse(JSON.parse(item.body)))
    return { kind: 'done', commit: (tx) => register(tx, run, parsed) }
  },
}

async function register(
  tx: Transaction,
  run: RunContext,
  items: readonly CmdbItem[],
): Promise<Record<string, unknown>> {
  await ensurePeopleAndTeams(tx, run.requesterId, items)
  const registered = await registerItems(tx, run, items)
  const idOf = idIndex(registered)
  const service = items.find((item) => item.class === 'service')
  if (!service) throw new Error('the plan holds no service')
  const serviceId = idOf('service', service.naturalKey)
  const repository = service.relations.find((relation) => relation.type === 'built_from')
  const template = await tx.template.findUniqueOrThrow({ where: { name: requestOf(run).template } })
  await registerService(tx, {
    id: serviceId,
    tenantId: run.tenantId,
    templateId: template.id,
    templateVersion: templateVersionOf(service),
    repositoryId: idOf('repository', repository?.to.naturalKey ?? ''),
    costCode: requestOf(run).costCode,
    size: requestOf(run).size,
    intervalClass: requestOf(run).interval ?? 'standard',
    rtoMinutes: requestOf(run).recovery?.rtoMinutes ?? null,
    rpoMinutes: requestOf(run).recovery?.rpoMinutes ?? null,
  })
  await registerInstances(
    tx,
    { id: serviceId, tenantId: run.tenantId },
    await instanceRows(tx, items, idOf),
  )
  await updateChange(tx, run.changeId, { serviceId })
  return { serviceId, registered: registered.length }
}

async function instanceRows(
  tx: Transaction,
  items: readonly CmdbItem[],
  idOf: (ciClass: string, key: string) => string,
): Promise<Parameters<typeof registerInstances>[2]> {
  const clusters = await tx.cluster.findMany({ select: { id: true, name: true } })
  const clusterId = new Map(clusters.map((cluster) => [cluster.name, cluster.id]))
  return items
    .filter((item) => item.class === 'service_instance')
    .map((item) => ({
      id: idOf('service_instance', item.naturalKey),
      environment: String(item.attributes.environment),
      clusterId: clusterId.get(String(item.attributes.cluster)) ?? '',
      namespace: String(item.attributes.namespace),
      adopted: item.attributes.adopted === true,
      cpuMilli: Number(item.attributes.cpuMilli),
      memoryMib: Number(item.attributes.memoryMib),
    }))
}

function idIndex(registered: readonly RegisteredCi[]): (ciClass: string, key: string) => string {
  const ids = new Map(registered.map((ci) => [`${ci.class} ${ci.natural_key}`, ci.id]))
  return (ciClass, key) => {
    const id = ids.get(`${ciClass} ${key}`)
    if (!id) throw new Error(`not registered: ${ciClass} ${key}`)
    return id
  }
}

function templateVersionOf(service: CmdbItem): number {
  return Number(String(service.attributes.template).split('@')[1])
}

/** People and teams are those of the requester's directory; a service's relations need their CIs. */
async function ensurePeopleAndTeams(
  tx: Transaction,
  requesterId: string,
  items: readonly CmdbItem[],
): Promise<void> {
  const named = items.flatMap((item) => item.relations.map((relation) => relation.to))
  const people = named.filter((to) => to.class === 'person').map((to) => to.naturalKey)
  const teams = named.filter((to) => to.class === 'team').map((to) => to.naturalKey)
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key)
    select p.id, 'ten_' || repeat('0', 26), 'person', p.user_name, p.display_name, p.user_name from person p where p.user_name = any(${people}) and p.directory_id = (select directory_id from person where id = ${requesterId})
    on conflict (class, natural_key) where retired_at is null do nothing`
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key)
    select 'tea_' || substr(g.id, 5), 'ten_' || repeat('0', 26), 'team', g.name, g.name, g.name from directory_group g where g.name = any(${teams}) and g.directory_id = (select directory_id from person where id = ${requesterId})
    on conflict (class, natural_key) where retired_at is null do nothing`
}
