import { parseDocument } from 'yaml'
import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

const Name = storedText(100).trim().min(1)
const Environment = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,11}$/, 'up to 12 lower-case letters and digits, a letter first')
const Day = z.iso.date()
const Figure = z.int().min(0).max(100_000_000)
const Groups = z.array(Name).min(1, 'names at least one group')

const Quota = z.strictObject({
  /** Millicores, MiB and service instances over all clusters. */
  cpu: Figure,
  memory: Figure,
  instances: Figure,
})

const CostCode = z.strictObject({
  code: storedText(40).min(1),
  name: Name,
  chargeable: z.boolean().default(true),
  validFrom: Day,
  validTo: Day.nullable().default(null),
})

const Tenant = z.strictObject({
  slug: z
    .string()
    .regex(
      /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/,
      'lower-case letters, digits and hyphens, at most 40',
    )
    .refine((slug) => slug !== 'platform', '`platform` is the platform’s own tenant'),
  name: Name,
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,7}$/, '2 to 8 lower-case letters and digits, a letter first'),
  gitOrg: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'an organisation of the Git host'),
  environments: z.array(Environment).min(1),
  maxDataClass: z.int().min(0).max(3),
  maxServices: z.int().min(1).max(100_000),
  quotas: z.record(Environment, Quota),
  costCodes: z.array(CostCode).default([]),
  groups: z.strictObject({
    developer: Groups,
    owner: Groups,
    approver: Groups.optional(),
    auditor: Groups.optional(),
  }),
})

const Organisation = z.strictObject({
  /** The OpenID provider that people sign in through. */
  issuer: z.url({ protocol: /^https?$/ }),
  /** Claim of a sign-in that equals the external id which the directory pushes: Entra ID pushes object ids, and says them as `oid`. */
  subjectClaim: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,62}$/)
    .default('sub'),
  directory: Name,
  /** In the order in which changes go through them. */
  environments: z
    .array(z.strictObject({ name: Environment, production: z.boolean().default(false) }))
    .min(1),
  platform: z.strictObject({
    gitOrg: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'an organisation of the Git host'),
    groups: z.strictObject({ admin: Groups, approver: Groups, auditor: Groups }),
    /** Which of the approvers' groups signs off production, and which confidential data. */
    changeApprovers: Name,
    securityOfficers: Name,
    /** Who decides emergency changes; without, nobody can ask for one. */
    onCall: Name.optional(),
  }),
  tenants: z.array(Tenant).min(1),
})

/** Everything a real installation is told before its first person signs in. */
export type OrganisationFile = z.infer<typeof Organisation>
export type TenantEntry = OrganisationFile['tenants'][number]

/** An organisation's file, or every problem in it: `tenants.0.prefix: …`. Pure. */
export function readOrganisation(
  text: string,
): { ok: true; organisation: OrganisationFile } | { ok: false; problems: string[] } {
  const document = parseDocument(text)
  if (document.errors.length > 0)
    return { ok: false, problems: document.errors.map(({ message }) => firstLine(message)) }
  const parsed = Organisation.safeParse(document.toJS())
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.flatMap(told) }
  const problems = disagreements(parsed.data)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, organisation: parsed.data }
}

function told(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return [`${at || 'the file'}: ${issue.message}`]
  return issue.keys.map((key) => `${[...issue.path, key].join('.')}: is not known here`)
}

/** What is well-formed by itself and does not fit together. */
function disagreements({ environments, platform, tenants }: OrganisationFile): string[] {
  const known = environments.map(({ name }) => name)
  const problems = [
    ...repeated('environments', 'name', known),
    ...repeated(
      'tenants',
      'slug',
      tenants.map(({ slug }) => slug),
    ),
    ...repeated(
      'tenants',
      'prefix',
      tenants.map(({ prefix }) => prefix),
    ),
    ...repeated(
      'tenants',
      'cost code',
      tenants.flatMap(({ costCodes }) => costCodes.map(({ code }) => code)),
    ),
  ]
  if (environments.every(({ production }) => production))
    problems.push('environments: none is for anything but production')
  for (const role of ['changeApprovers', 'securityOfficers'] as const)
    if (!platform.groups.approver.includes(platform[role]))
      problems.push(`platform.${role}: \`${platform[role]}\` is not among platform.groups.approver`)
  for (const [index, tenant] of tenants.entries())
    problems.push(...tenantProblems(`tenants.${index}`, tenant, known))
  return problems
}

function tenantProblems(at: string, tenant: TenantEntry, known: readonly string[]): string[] {
  const quotas = Object.keys(tenant.quotas)
  const unknown = tenant.environments.filter((name) => !known.includes(name))
  const without = tenant.environments.filter((name) => !quotas.includes(name))
  const beside = quotas.filter((name) => !tenant.environments.includes(name))
  const past = tenant.costCodes.filter(
    ({ validFrom, validTo }) => validTo !== null && validTo <= validFrom,
  )
  return [
    ...repeated(at, 'environment', tenant.environments),
    ...unknown.map((name) => `${at}.environments: \`${name}\` is none of the environments above`),
    ...without.map((name) => `${at}.quotas: says nothing about \`${name}\``),
    ...beside.map((name) => `${at}.quotas: \`${name}\` is none of the tenant’s environments`),
    ...past.map(({ code }) => `${at}.costCodes: \`${code}\` ends before it begins`),
  ]
}

function repeated(at: string, what: string, values: readonly string[]): string[] {
  const twice = values.filter((value, index) => values.indexOf(value) !== index)
  return [...new Set(twice)].map((value) => `${at}: the ${what} \`${value}\` stands there twice`)
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.replace(/:$/, '') ?? text
}
