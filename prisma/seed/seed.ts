import { sealingKeyId, sealTo } from '#lib/adapters/vault/sealing.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { insertDirectoryToken } from '#lib/directory/token-store.ts'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { FURTHER_POLICIES } from '#lib/entitlements/further-policies.ts'
import { activateSource, insertSource } from '#lib/entitlements/source-store.ts'
import { admitTenant, insertCluster } from '#lib/fleet/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { TemplateDefinition } from '#lib/templates/template.ts'
import { approvalPolicies, standardChange } from './approvals.ts'
import {
  layApprovals,
  layChecks,
  layCostCode,
  layDirectory,
  layEntitlementPolicy,
  layEnvironmentItems,
  layGroup,
  layQuota,
  layRole,
  layStandard,
  layTemplates,
  layTenant,
} from './lay.ts'
import { APPROVERS, COST_CODES, GROUP_ROLES, QUOTA, TENANTS } from './organisation.ts'

export type SeedCluster = { name: string; endpoint: string; caPem: string; token: string }
export type SeedFeeds = { url: string; token: string; caPem: string }
export type SeedInput = {
  issuer: string
  scimToken: string
  sealingPublicKey: string
  clusters: readonly SeedCluster[]
  /** Where the feeds of the demonstration are; without them none is set up, and no check that rests on them is taken up. */
  feeds?: SeedFeeds
  templates: readonly TemplateDefinition[]
}

const FINANCE_FEED = 'finance feed'
/** Whoever confirms what ships with the product: its release. */
const RELEASE = 'sys:release'
const SEED = { by: 'sys:seed', reason: 'demonstration organisation' }

/** Lays the demonstration organisation: facts only. Services come from real onboardings. */
export async function seedOrganisation(tx: Transaction, input: SeedInput): Promise<void> {
  const tenants = await seedTenants(tx)
  await seedDirectory(tx, input, tenants)
  await seedMoney(tx, tenants)
  await seedClusters(tx, input, tenants)
  await layTemplates(tx, SEED, input.templates)
  await layChecks(tx)
  await layEntitlementPolicy(
    tx,
    SEED,
    input.feeds ? BUILTIN_POLICIES + FURTHER_POLICIES : undefined,
  )
  if (input.feeds) await seedSources(tx, input.sealingPublicKey, input.feeds)
  await layApprovals(tx, SEED, approvalPolicies(APPROVERS))
  await layStandard(tx, standardChange('dev'), 'platform-admins')
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'organisation.seeded',
    subject: PLATFORM_TENANT,
    payload: { clusters: input.clusters.length, templates: input.templates.length },
  })
}

/**
 * Brings an organisation that was laid before up to date: clusters that were added are registered, and the finance feed is read again.
 * What people have changed since stays. Answers the names of the clusters that were added.
 */
export async function refreshOrganisation(tx: Transaction, input: SeedInput): Promise<string[]> {
  const tenants = new Map(
    (await tx.tenant.findMany({ select: { id: true, slug: true } })).map(({ id, slug }) => [
      slug,
      id,
    ]),
  )
  const known = new Set(
    (await tx.cluster.findMany({ select: { name: true } })).map(({ name }) => name),
  )
  const clusters = input.clusters.filter(({ name }) => !known.has(name))
  await tx.$executeRaw`update cost_code set observed_at = clock_timestamp() where source = ${FINANCE_FEED}
    and not exists (select from source_state where kind = 'finance' and source_id is not null)`
  await seedClusters(tx, { ...input, clusters }, tenants)
  const names = clusters.map(({ name }) => name)
  if (names.length > 0)
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'organisation.seeded',
      subject: PLATFORM_TENANT,
      payload: { clusters: names.length, names },
    })
  return names
}

async function seedTenants(tx: Transaction): Promise<Map<string, string>> {
  const ids = new Map([['platform', PLATFORM_TENANT]])
  await tx.$executeRaw`update tenant set git_org = 'platform' where id = ${PLATFORM_TENANT}`
  for (const tenant of TENANTS) {
    const id = newId('ten')
    ids.set(tenant.slug, id)
    await layTenant(tx, { ...tenant, id, gitOrg: tenant.slug })
  }
  await layEnvironmentItems(tx)
  return ids
}

async function seedDirectory(
  tx: Transaction,
  input: SeedInput,
  tenants: ReadonlyMap<string, string>,
): Promise<void> {
  const directoryId = await layDirectory(tx, { name: 'sandbox', issuer: input.issuer })
  await insertDirectoryToken(tx, { directoryId, hash: sha256Bytes(input.scimToken) })
  for (const { group, grants } of GROUP_ROLES) {
    const principalId = await layGroup(tx, { directoryId, name: group, externalId: group })
    for (const { tenant, role } of grants)
      await layRole(tx, SEED, { tenantId: tenants.get(tenant) ?? '', principalId, role })
  }
}

const FEEDS = [
  { kind: 'training', format: 'json', everyMinutes: 60 },
  { kind: 'clearance', format: 'csv', everyMinutes: 60 },
  { kind: 'oncall', format: 'json', everyMinutes: 5 },
  { kind: 'finance', format: 'csv', everyMinutes: 60 },
  { kind: 'prices', format: 'json', everyMinutes: 1440 },
  { kind: 'vendors', format: 'csv', everyMinutes: 1440 },
] as const

async function seedSources(
  tx: Transaction,
  sealingPublicKey: string,
  { url, token, caPem }: SeedFeeds,
): Promise<void> {
  for (const { kind, format, everyMinutes } of FEEDS) {
    const id = newId('src')
    const secret = { id: newId('sec'), purpose: `source-token:${id}` }
    const sealed = sealTo(sealingPublicKey, token, { tenant: PLATFORM_TENANT, ...secret })
    const address = `${url}/${kind}.${format}`
    await insertSource(tx, {
      ...{ id, tenantId: PLATFORM_TENANT, kind, transport: 'https', format, address, caPem },
      token: { ...secret, sealed, keyId: sealingKeyId(sealingPublicKey) },
      ...{ everyMinutes, maxRemovedPercent: 20, ...SEED },
    })
    await activateSource(tx, { id, kind }, RELEASE)
  }
}

async function seedMoney(tx: Transaction, tenants: ReadonlyMap<string, string>): Promise<void> {
  const feed = { validFrom: '2024-01-01', source: FINANCE_FEED }
  for (const { tenant, ...code } of COST_CODES)
    await layCostCode(tx, { ...code, ...feed, tenantId: tenants.get(tenant) ?? '' })
  for (const { slug } of TENANTS) {
    for (const [environment, [cpu, memory, instances]] of Object.entries(QUOTA)) {
      const tenantId = tenants.get(slug) ?? ''
      await layQuota(tx, { tenantId, environment, cpu, memory, instances })
    }
  }
}

async function seedClusters(
  tx: Transaction,
  input: SeedInput,
  tenants: ReadonlyMap<string, string>,
): Promise<void> {
  for (const cluster of input.clusters) {
    const id = newId('clu')
    const [environment = 'dev', area = 'eu'] = cluster.name.split('-')
    const secret = { id: newId('sec'), purpose: `cluster-token:${cluster.name}` }
    const sealed = sealTo(input.sealingPublicKey, cluster.token, {
      tenant: PLATFORM_TENANT,
      ...secret,
    })
    await insertCluster(tx, PLATFORM_TENANT, {
      id,
      name: cluster.name,
      region: area === 'us' ? 'us-east' : 'eu-west',
      zone: `${area}-a`,
      accreditedClass: environment === 'prod' ? 3 : 2,
      environments: [environment],
      ingressNamespace: 'ingress-nginx',
      endpoint: cluster.endpoint,
      caPem: cluster.caPem,
      maxInFlight: 4,
      secret: { ...secret, sealed, keyId: sealingKeyId(input.sealingPublicKey) },
    })
    for (const { slug } of TENANTS) {
      const tenantId = tenants.get(slug)
      if (tenantId) await admitTenant(tx, { tenantId, clusterId: id, environment })
    }
  }
}
