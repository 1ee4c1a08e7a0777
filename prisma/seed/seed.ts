import { sealingKeyId, sealTo } from '#lib/adapters/vault/sealing.ts'
import { record } from '#lib/audit/store.ts'
import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { CHECK_DEFINITIONS } from '#lib/entitlements/definitions.ts'
import { admitTenant, insertCluster } from '#lib/fleet/store.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { templateDigest } from '#lib/templates/digest.ts'
import type { TemplateDefinition } from '#lib/templates/template.ts'
import {
  APPROVAL_POLICIES,
  COST_CODES,
  GROUP_ROLES,
  QUOTA,
  STANDARD,
  TENANTS,
} from './organisation.ts'

export type SeedCluster = { name: string; endpoint: string; caPem: string; token: string }
export type SeedInput = {
  issuer: string
  scimToken: string
  sealingPublicKey: string
  clusters: readonly SeedCluster[]
  templates: readonly TemplateDefinition[]
}

const FINANCE_FEED = 'finance feed'

/** Lays the demonstration organisation: facts only. Services come from real onboardings. */
export async function seedOrganisation(tx: Transaction, input: SeedInput): Promise<void> {
  const tenants = await seedTenants(tx)
  const groups = await seedDirectory(tx, input, tenants)
  await seedMoney(tx, tenants)
  await seedClusters(tx, input, tenants)
  await seedTemplates(tx, input.templates)
  await seedRules(tx, groups)
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
  await tx.$executeRaw`update cost_code set observed_at = clock_timestamp() where source = ${FINANCE_FEED}`
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
    await tx.$executeRaw`
      insert into tenant (id, slug, name, prefix, git_org, environments, max_data_class, max_services)
      values (${id}, ${tenant.slug}, ${tenant.name}, ${tenant.prefix}, ${tenant.slug}, ${[...tenant.environments]}, ${tenant.maxDataClass}::smallint, ${tenant.maxServices})`
    await tx.$executeRaw`insert into audit_head (tenant_id) values (${id})`
  }
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key)
    select ${'env_'} || lpad(rank::text, 26, '0'), ${PLATFORM_TENANT}, 'environment', name, name, name from environment`
  return ids
}

async function seedDirectory(
  tx: Transaction,
  input: SeedInput,
  tenants: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const directoryId = newId('dir')
  await tx.$executeRaw`insert into directory (id, name, issuer) values (${directoryId}, 'sandbox', ${input.issuer})`
  await tx.$executeRaw`insert into directory_token (token_hash, directory_id) values (${sha256Bytes(input.scimToken)}, ${directoryId})`
  const ids = new Map<string, string>()
  for (const { group, grants } of GROUP_ROLES) {
    const id = newId('grp')
    ids.set(group, id)
    await tx.$executeRaw`insert into principal (id, kind) values (${id}, 'group')`
    await tx.$executeRaw`insert into directory_group (id, directory_id, external_id, name, observed_at) values (${id}, ${directoryId}, ${group}, ${group}, null)`
    for (const { tenant, role } of grants) {
      await tx.$executeRaw`insert into membership (tenant_id, principal_id, role, reason, added_by) values (${tenants.get(tenant) ?? ''}, ${id}, ${role}, 'demonstration organisation', 'sys:seed')`
    }
  }
  return ids
}

async function seedMoney(tx: Transaction, tenants: ReadonlyMap<string, string>): Promise<void> {
  for (const code of COST_CODES) {
    await tx.$executeRaw`
      insert into cost_code (code, tenant_id, name, chargeable, valid_from, valid_to, observed_at, source)
      values (${code.code}, ${tenants.get(code.tenant) ?? ''}, ${code.name}, ${code.chargeable}, date '2024-01-01', ${code.validTo}::date, clock_timestamp(), ${FINANCE_FEED})`
  }
  for (const { slug } of TENANTS) {
    for (const [environment, [cpu, memory, instances]] of Object.entries(QUOTA)) {
      await tx.$executeRaw`insert into tenant_quota (tenant_id, environment, cpu_milli, memory_mib, instances) values (${tenants.get(slug) ?? ''}, ${environment}, ${cpu}, ${memory}, ${instances})`
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

async function seedTemplates(
  tx: Transaction,
  templates: readonly TemplateDefinition[],
): Promise<void> {
  for (const template of templates) {
    const id = newId('tpl')
    const { parameterSchema, files, ...definition } = template
    const digest = Buffer.from(templateDigest(template), 'hex')
    await tx.$executeRaw`insert into template (id, name) values (${id}, ${template.name})`
    await tx.$executeRaw`
      insert into template_version (template_id, version, digest, definition, parameter_schema, file_tree, published_by)
      values (${id}, ${template.version}, ${digest}, ${JSON.stringify(definition)}::jsonb, ${JSON.stringify(parameterSchema)}::jsonb, ${JSON.stringify(files)}::jsonb, 'sys:seed')`
    await tx.$executeRaw`
      insert into ci (id, tenant_id, class, name, display_name, natural_key) values (${id}, ${PLATFORM_TENANT}, 'template', ${template.name}, ${template.title}, ${template.name})`
  }
}

async function seedRules(tx: Transaction, _groups: ReadonlyMap<string, string>): Promise<void> {
  for (const check of CHECK_DEFINITIONS) {
    await tx.$executeRaw`
      insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
      values (${check.id}, ${check.version}, ${check.title}, ${check.severity}, ${check.waivable}, ${check.maxWaiverDays}, ${JSON.stringify(check)}::jsonb)`
  }
  await tx.$executeRaw`
    insert into entitlement_policy (version, body, hash, proposed_by, approved_by) values (1, ${BUILTIN_POLICIES}, ${sha256Bytes(BUILTIN_POLICIES)}, 'sys:seed', 'sys:release')`
  for (const policy of APPROVAL_POLICIES) {
    const id = newId('pol')
    await tx.$executeRaw`insert into approval_policy (id, tenant_id, name, active_version) values (${id}, ${PLATFORM_TENANT}, ${policy.name}, 1)`
    await tx.$executeRaw`
      insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
      values (${id}, 1, ${PLATFORM_TENANT}, ${JSON.stringify(policy.scope)}::jsonb, ${JSON.stringify(policy.body)}::jsonb, ${sha256Bytes(canonicalJson(policy))}, clock_timestamp(), 'sys:seed', 'sys:release')`
  }
  await tx.$executeRaw`
    insert into standard_template (id, tenant_id, name, bounds, approved_by, expires_at)
    values (${`std_${newId('pol').slice(4)}`}, ${PLATFORM_TENANT}, ${STANDARD.name}, ${JSON.stringify(STANDARD.bounds)}::jsonb, 'sys:release', clock_timestamp() + interval '365 days')`
}
