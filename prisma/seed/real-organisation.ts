import { randomBytes } from 'node:crypto'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { insertDirectoryToken } from '#lib/directory/token-store.ts'
import { sha256Bytes, sha256Hex } from '#lib/hash.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { TemplateDefinition } from '#lib/templates/template.ts'
import type { cost_code } from '#prisma/generated/client.ts'
import { approvalPolicies, standardChange } from './approvals.ts'
import {
  type Layer,
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
  readCostCodeAgain,
} from './lay.ts'
import type { OrganisationFile, TenantEntry } from './organisation-file.ts'

export type Laid = {
  /** What was new, in words. */
  laid: string[]
  /** What stands otherwise than the file says, and was left as it is. */
  differs: string[]
  /** A new directory's bearer token; kept nowhere but as its hash. */
  token: string | null
}
export type Laying = {
  templates: readonly TemplateDefinition[]
  /** Makes another directory token, where the first was lost before anybody could sign in. */
  newToken?: boolean
}

/** Who acts while an organisation is laid. */
export const BOOTSTRAP: Layer = { by: 'sys:bootstrap', reason: 'organisation file' }

/** A file that the database contradicts: nothing was laid. */
export class CannotLay extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join('\n'), options)
    this.problems = problems
  }
}

type Work = Laid & { tx: Transaction; tenantIds: Map<string, string> }

/** Lays what is missing of an organisation, in the caller's transaction, with an audit event where anything was new. What is there stays as people have made it; where it differs from the file, the answer says so. Cost codes that a file laid are read again from it, as from a finance feed. */
export async function layOrganisation(
  tx: Transaction,
  file: OrganisationFile,
  { templates, newToken = false }: Laying,
): Promise<Laid> {
  const work: Work = { tx, laid: [], differs: [], token: null, tenantIds: new Map() }
  await layEnvironments(work, file)
  await layTenants(work, file)
  const directoryId = await layDirectoryOf(work, file, newToken)
  await layGroups(work, file, directoryId)
  for (const tenant of file.tenants) await layMoney(work, tenant)
  await layRules(work, file, templates)
  const { laid, differs, token } = work
  if (laid.length > 0) await recordLaid(work)
  return { laid, differs, token }
}

/** On an installation without environments in use they become those of the file, in its order; later ones are added at the end. */
async function layEnvironments(
  { tx, laid, differs }: Work,
  { environments }: OrganisationFile,
): Promise<void> {
  const isFirst = (await tx.ci.count({ where: { class: 'environment' } })) === 0
  if (isFirst) {
    await tx.environment.deleteMany()
    for (const [index, { name, production }] of environments.entries())
      await tx.environment.create({ data: { name, production, rank: index + 1 } })
  }
  for (const { name, production } of environments) {
    const known = await tx.environment.findUnique({ where: { name } })
    if (!known)
      await tx.$executeRaw`insert into environment (name, rank, production) select ${name}, max(rank) + 1, ${production} from environment`
    else if (known.production !== production)
      differs.push(`environment ${name}: is ${known.production ? '' : 'not '}for production`)
    if (isFirst || !known) laid.push(`environment ${name}`)
  }
  await layEnvironmentItems(tx)
}

async function layTenants(
  { tx, laid, differs, tenantIds }: Work,
  { platform, tenants }: OrganisationFile,
): Promise<void> {
  const known = await tx.tenant.findMany()
  const contradictions: string[] = []
  tenantIds.set('platform', PLATFORM_TENANT)
  for (const [index, tenant] of tenants.entries()) {
    const there = known.find(({ slug }) => slug === tenant.slug)
    const holder = known.find(
      ({ prefix, slug }) => prefix === tenant.prefix && slug !== tenant.slug,
    )
    if (holder)
      contradictions.push(
        `tenants.${index}.prefix: \`${tenant.prefix}\` is the prefix of tenant \`${holder.slug}\``,
      )
    tenantIds.set(tenant.slug, there?.id ?? newId('ten'))
    if (!there) continue
    const facts = {
      name: there.name,
      prefix: there.prefix,
      gitOrg: there.git_org,
      environments: there.environments,
      maxDataClass: there.max_data_class,
      maxServices: there.max_services,
    }
    differs.push(...differences(`tenant ${tenant.slug}`, facts, tenant))
  }
  if (contradictions.length > 0) throw new CannotLay(contradictions)
  await tx.$queryRaw`select set_config('app.tenants', ${[...tenantIds.values()].join(',')}, true)`
  for (const tenant of tenants.filter(({ slug }) => !known.some((there) => there.slug === slug))) {
    await layTenant(tx, { ...tenant, id: tenantIds.get(tenant.slug) ?? '' })
    laid.push(`tenant ${tenant.slug}`)
  }
  const own = known.find(({ id }) => id === PLATFORM_TENANT)
  if (known.length === 1)
    await tx.$executeRaw`update tenant set git_org = ${platform.gitOrg} where id = ${PLATFORM_TENANT}`
  else differs.push(...differences('platform', { gitOrg: own?.git_org }, platform))
}

async function layDirectoryOf(
  work: Work,
  { directory: name, issuer, subjectClaim }: OrganisationFile,
  newToken: boolean,
): Promise<string> {
  const { tx, laid, differs } = work
  const known = await tx.directory.findFirst({ where: { OR: [{ name }, { issuer }] } })
  if (known)
    differs.push(
      ...differences(`directory ${known.name}`, known, {
        name,
        issuer,
        subject_claim: subjectClaim,
      }),
    )
  const id = known?.id ?? (await layDirectory(tx, { name, issuer, subjectClaim }))
  if (!known) laid.push(`directory ${name}`)
  if (known && !newToken) return id
  const token = `scim_${randomBytes(32).toString('base64url')}`
  await insertDirectoryToken(tx, { directoryId: id, hash: sha256Bytes(token) })
  const mark = sha256Hex(token).slice(0, 12)
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: 'directory.token_issued',
    subject: id,
    payload: { directory: known?.name ?? name, mark, reason: BOOTSTRAP.reason },
  })
  work.token = token
  return id
}

async function layGroups(
  { tx, laid, tenantIds }: Work,
  { platform, tenants }: OrganisationFile,
  directoryId: string,
): Promise<void> {
  const holders = [{ slug: 'platform', groups: platform.groups }, ...tenants]
  for (const { slug, groups } of holders) {
    const tenantId = tenantIds.get(slug) ?? ''
    for (const [role, names] of Object.entries(groups)) {
      for (const name of names ?? []) {
        const where = { directory_id_name: { directory_id: directoryId, name } }
        const known = await tx.directory_group.findUnique({ where })
        const principalId =
          known?.id ?? (await layGroup(tx, { directoryId, name, externalId: null }))
        if (await layRole(tx, BOOTSTRAP, { tenantId, principalId, role }))
          laid.push(`group ${name}: ${role} of ${slug}`)
      }
    }
  }
}

async function layMoney(
  { tx, laid, differs, tenantIds }: Work,
  { slug, costCodes, quotas }: TenantEntry,
): Promise<void> {
  const tenantId = tenantIds.get(slug) ?? ''
  for (const facts of costCodes) {
    const { code, name, chargeable, validFrom, validTo } = facts
    const before = await tx.cost_code.findUnique({ where: { code } })
    const read = { ...facts, tenantId, source: BOOTSTRAP.reason }
    if (await layCostCode(tx, read)) laid.push(`cost code ${code} of ${slug}`)
    if (!before) continue
    const said = { tenant: tenantId, name, chargeable, validFrom, validTo }
    const otherwise = differences(`cost code ${code}`, costCodeFacts(before), said)
    if (!(await readCostCodeAgain(tx, read))) differs.push(...otherwise)
    else if (otherwise.length > 0) laid.push(`cost code ${code} of ${slug}, changed`)
  }
  for (const [environment, quota] of Object.entries(quotas)) {
    if (await layQuota(tx, { tenantId, environment, ...quota })) {
      laid.push(`quota of ${slug} in ${environment}`)
      continue
    }
    const where = { tenant_id_environment: { tenant_id: tenantId, environment } }
    const there = await tx.tenant_quota.findUniqueOrThrow({ where })
    const facts = { cpu: there.cpu_milli, memory: there.memory_mib, instances: there.instances }
    differs.push(...differences(`quota of ${slug} in ${environment}`, facts, quota))
  }
}

function costCodeFacts(row: cost_code): Record<string, unknown> {
  const day = (date: Date | null) => date?.toISOString().slice(0, 10) ?? null
  return {
    tenant: row.tenant_id,
    name: row.name,
    chargeable: row.chargeable,
    validFrom: day(row.valid_from),
    validTo: day(row.valid_to),
  }
}

async function layRules(
  { tx, laid }: Work,
  { environments, platform }: OrganisationFile,
  templates: readonly TemplateDefinition[],
): Promise<void> {
  const named = (what: string, names: readonly string[]) => names.map((name) => `${what} ${name}`)
  laid.push(...named('template', await layTemplates(tx, BOOTSTRAP, templates)))
  laid.push(...named('check', await layChecks(tx)))
  if (await layEntitlementPolicy(tx, BOOTSTRAP)) laid.push('entitlement policy 1')
  const production = environments.filter((each) => each.production).map(({ name }) => name)
  const policies = approvalPolicies({ ...platform, production })
  laid.push(...named('approval policy', await layApprovals(tx, BOOTSTRAP, policies)))
  const begins = environments.find((each) => !each.production)
  const standard = standardChange(begins?.name ?? '')
  if (await layStandard(tx, standard)) laid.push(`standard change ${standard.name}`)
}

async function recordLaid({ tx, laid, tenantIds }: Work): Promise<void> {
  for (const [slug, id] of tenantIds) {
    if (id !== PLATFORM_TENANT && !laid.includes(`tenant ${slug}`)) continue
    const payload = { reason: BOOTSTRAP.reason, ...(id === PLATFORM_TENANT ? { laid } : {}) }
    await record(tx, { tenant: id, action: 'organisation.seeded', subject: id, payload })
  }
}

/** What of the file's facts stands otherwise: `tenant payments: maxServices is 300, the file says 200`. */
function differences(
  what: string,
  there: Readonly<Record<string, unknown>>,
  said: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(there)
    .filter((key) => key in said && JSON.stringify(there[key]) !== JSON.stringify(said[key]))
    .map(
      (key) =>
        `${what}: ${key} is ${JSON.stringify(there[key])}, the file says ${JSON.stringify(said[key])}`,
    )
}
