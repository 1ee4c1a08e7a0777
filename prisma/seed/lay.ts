import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { CHECK_DEFINITIONS } from '#lib/entitlements/definitions.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { templateDigest } from '#lib/templates/digest.ts'
import type { TemplateDefinition } from '#lib/templates/template.ts'

/** Who lays a row and why; kept with it. */
export type Layer = { by: string; reason: string }
/** Whoever approves what ships with the product: its release. */
const RELEASE = 'sys:release'

export type TenantFacts = {
  id: string
  slug: string
  name: string
  prefix: string
  gitOrg: string
  environments: readonly string[]
  maxDataClass: number
  maxServices: number
}
export type CostCodeFacts = {
  code: string
  tenantId: string
  name: string
  chargeable: boolean
  validFrom: string
  validTo: string | null
  source: string
}
export type QuotaFacts = {
  tenantId: string
  environment: string
  cpu: number
  memory: number
  instances: number
}
export type ApprovalFacts = { name: string; scope: object; body: object }
export type StandardFacts = { name: string; bounds: object }

/** The configuration items of all environments there are. Answers how many were new. */
export function layEnvironmentItems(tx: Transaction): Promise<number> {
  return tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key)
    select ${'env_'} || lpad(rank::text, 26, '0'), ${PLATFORM_TENANT}, 'environment', name, name, name from environment e
    where not exists (select from ci c where c.class = 'environment' and c.name = e.name)`
}

/** A tenant and its audit chain. */
export async function layTenant(tx: Transaction, tenant: TenantFacts): Promise<void> {
  await tx.$executeRaw`
    insert into tenant (id, slug, name, prefix, git_org, environments, max_data_class, max_services)
    values (${tenant.id}, ${tenant.slug}, ${tenant.name}, ${tenant.prefix}, ${tenant.gitOrg}, ${[...tenant.environments]}, ${tenant.maxDataClass}::smallint, ${tenant.maxServices})`
  await tx.$executeRaw`insert into audit_head (tenant_id) values (${tenant.id})`
}

/** A directory without a token. Answers its id. */
export async function layDirectory(
  tx: Transaction,
  { name, issuer, subjectClaim = 'sub' }: { name: string; issuer: string; subjectClaim?: string },
): Promise<string> {
  const id = newId('dir')
  await tx.$executeRaw`insert into directory (id, name, issuer, subject_claim) values (${id}, ${name}, ${issuer}, ${subjectClaim})`
  return id
}

/** A group that the directory has not pushed yet; it is recognised by its name, or by its external id where that is known. Answers its id. */
export async function layGroup(
  tx: Transaction,
  group: { directoryId: string; name: string; externalId: string | null },
): Promise<string> {
  const id = newId('grp')
  await tx.$executeRaw`insert into principal (id, kind) values (${id}, 'group')`
  await tx.$executeRaw`insert into directory_group (id, directory_id, external_id, name, observed_at) values (${id}, ${group.directoryId}, ${group.externalId}, ${group.name}, null)`
  return id
}

/** A role of a group in a tenant. Answers whether it was new. */
export async function layRole(
  tx: Transaction,
  { by, reason }: Layer,
  grant: { tenantId: string; principalId: string; role: string },
): Promise<boolean> {
  const laid = await tx.$executeRaw`
    insert into membership (tenant_id, principal_id, role, reason, added_by) values (${grant.tenantId}, ${grant.principalId}, ${grant.role}, ${reason}, ${by}) on conflict do nothing`
  return laid > 0
}

/** A cost code as a finance feed would. Answers whether it was new. */
export async function layCostCode(tx: Transaction, code: CostCodeFacts): Promise<boolean> {
  const laid = await tx.$executeRaw`
    insert into cost_code (code, tenant_id, name, chargeable, valid_from, valid_to, observed_at, source)
    values (${code.code}, ${code.tenantId}, ${code.name}, ${code.chargeable}, ${code.validFrom}::date, ${code.validTo}::date, clock_timestamp(), ${code.source}) on conflict do nothing`
  return laid > 0
}

/** Reads a cost code again that the same source laid for the same tenant: the source knows best. Answers whether it is such a one. */
export async function readCostCodeAgain(tx: Transaction, code: CostCodeFacts): Promise<boolean> {
  const read = await tx.$executeRaw`
    update cost_code set name = ${code.name}, chargeable = ${code.chargeable}, valid_from = ${code.validFrom}::date, valid_to = ${code.validTo}::date, observed_at = clock_timestamp()
    where code = ${code.code} and tenant_id = ${code.tenantId} and source = ${code.source}`
  return read > 0
}

/** What a tenant may use in an environment. Answers whether nothing was said about it before. */
export async function layQuota(tx: Transaction, quota: QuotaFacts): Promise<boolean> {
  const laid = await tx.$executeRaw`
    insert into tenant_quota (tenant_id, environment, cpu_milli, memory_mib, instances) values (${quota.tenantId}, ${quota.environment}, ${quota.cpu}, ${quota.memory}, ${quota.instances}) on conflict do nothing`
  return laid > 0
}

/** Templates that ship with the product, at their versions. Answers the names of the versions that were new: `<template> <version>`. */
export async function layTemplates(
  tx: Transaction,
  { by }: Layer,
  templates: readonly TemplateDefinition[],
): Promise<string[]> {
  const laid: string[] = []
  for (const template of templates) {
    const id = await templateId(tx, template)
    const { parameterSchema, files, ...definition } = template
    const digest = Buffer.from(templateDigest(template), 'hex')
    const isNew = await tx.$executeRaw`
      insert into template_version (template_id, version, digest, definition, parameter_schema, file_tree, published_by)
      values (${id}, ${template.version}, ${digest}, ${JSON.stringify(definition)}::jsonb, ${JSON.stringify(parameterSchema)}::jsonb, ${JSON.stringify(files)}::jsonb, ${by}) on conflict do nothing`
    if (isNew) laid.push(`${template.name} ${template.version}`)
  }
  return laid
}

async function templateId(tx: Transaction, { name, title }: TemplateDefinition): Promise<string> {
  const known = await tx.template.findUnique({ where: { name } })
  if (known) return known.id
  const id = newId('tpl')
  await tx.$executeRaw`insert into template (id, name) values (${id}, ${name})`
  await tx.$executeRaw`
    insert into ci (id, tenant_id, class, name, display_name, natural_key) values (${id}, ${PLATFORM_TENANT}, 'template', ${name}, ${title}, ${name})`
  return id
}

/** The checks that ship with the product, at their versions. Answers which were new: `<check> <version>`. */
export async function layChecks(tx: Transaction): Promise<string[]> {
  const laid: string[] = []
  for (const check of CHECK_DEFINITIONS) {
    const isNew = await tx.$executeRaw`
      insert into check_definition (id, version, title, severity, waivable, max_waiver_days, definition)
      values (${check.id}, ${check.version}, ${check.title}, ${check.severity}, ${check.waivable !== false}, ${check.maxWaiverDays}, ${JSON.stringify(check)}::jsonb) on conflict do nothing`
    if (isNew) laid.push(`${check.id} ${check.version}`)
  }
  return laid
}

/** The entitlement policy that ships with the product, where none is in force. Answers whether it was laid. */
export async function layEntitlementPolicy(
  tx: Transaction,
  { by }: Layer,
  text: string = BUILTIN_POLICIES,
): Promise<boolean> {
  const laid = await tx.$executeRaw`
    insert into entitlement_policy (version, body, hash, proposed_by, approved_by)
    select 1, ${text}, ${sha256Bytes(text)}, ${by}, ${RELEASE} where not exists (select from entitlement_policy)`
  return laid > 0
}

/** Approval policies of the platform, in force at once. Answers the names of those that were new. */
export async function layApprovals(
  tx: Transaction,
  { by }: Layer,
  policies: readonly ApprovalFacts[],
): Promise<string[]> {
  const laid: string[] = []
  for (const policy of policies) {
    const id = newId('pol')
    const isNew = await tx.$executeRaw`
      insert into approval_policy (id, tenant_id, name, active_version) values (${id}, ${PLATFORM_TENANT}, ${policy.name}, 1) on conflict do nothing`
    if (!isNew) continue
    await tx.$executeRaw`
      insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
      values (${id}, 1, ${PLATFORM_TENANT}, ${JSON.stringify(policy.scope)}::jsonb, ${JSON.stringify(policy.body)}::jsonb, ${sha256Bytes(canonicalJson(policy))}, clock_timestamp(), ${by}, ${RELEASE})`
    laid.push(policy.name)
  }
  return laid
}

/** A pre-authorised change of the platform, for a year, answered for by the group of that name where there is one. Answers whether it was new. */
export async function layStandard(
  tx: Transaction,
  standard: StandardFacts,
  ownerGroup = '',
): Promise<boolean> {
  const laid = await tx.$executeRaw`
    insert into standard_template (id, tenant_id, name, bounds, approved_by, owner_id, expires_at)
    values (${`std_${newId('pol').slice(4)}`}, ${PLATFORM_TENANT}, ${standard.name}, ${JSON.stringify(standard.bounds)}::jsonb, ${RELEASE},
      (select min(id) from directory_group where name = ${ownerGroup} having count(*) = 1), clock_timestamp() + interval '365 days') on conflict do nothing`
  return laid > 0
}
