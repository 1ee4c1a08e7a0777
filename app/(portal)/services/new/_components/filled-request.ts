import {
  type FormOptions,
  type FormTenant,
  type Mine,
  parametersOf,
  type Request,
  type Target,
} from './options.ts'

export const SIZES = ['small', 'medium', 'large'] as const

/** The whole request: what the person said, and what is known or usual for the rest. */
export function filledRequest(mine: Mine, options: FormOptions): Request {
  const tenant = tenantOf(mine, options)
  const name = mine.name ?? ''
  const displayName = mine.displayName ?? titleOf(name)
  const template = options.templates.find((candidate) => candidate.name === mine.template)
  const asked = parametersOf(template)
  const fallbacks = Object.fromEntries(
    asked.flatMap(({ key, fallback }) => (fallback === undefined ? [] : [[key, fallback]])),
  )
  const said = Object.entries(mine.parameters ?? {}).filter(([key]) =>
    asked.some((parameter) => parameter.key === key),
  )
  return {
    tenant: tenant?.slug ?? '',
    name,
    displayName,
    description: mine.description ?? '',
    template: mine.template ?? '',
    parameters: { ...fallbacks, ...Object.fromEntries(said) },
    targets: mine.targets ?? firstTargets(tenant, options),
    size: mine.size ?? 'small',
    interval: mine.interval ?? 'standard',
    dataClass: mine.dataClass ?? Math.min(1, tenant?.maxDataClass ?? 1),
    tier: mine.tier ?? 3,
    costCode: mine.costCode ?? usualCostCode(tenant) ?? '',
    owningTeam: mine.owningTeam ?? usualTeam(options) ?? '',
    application: mine.application ?? displayName,
    ...(mine.recovery ? { recovery: mine.recovery } : {}),
    ...(mine.dependsOn ? { dependsOn: mine.dependsOn } : {}),
    ...(mine.vendors ? { vendors: mine.vendors } : {}),
    reason: mine.reason ?? '',
    ...(mine.emergency ? { emergency: mine.emergency } : {}),
  }
}

/** The tenant that the form speaks of: the one named, else the first. */
export function tenantOf(mine: Pick<Mine, 'tenant'>, options: FormOptions): FormTenant | undefined {
  return options.tenants.find((tenant) => tenant.slug === mine.tenant) ?? options.tenants[0]
}

/** "sepa-instant-gateway" as a title: "Sepa instant gateway". */
export function titleOf(name: string): string {
  const words = name.replaceAll('-', ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Clusters of one environment that admit the tenant and take work, by region. */
export function clustersIn(
  tenant: FormTenant | undefined,
  environment: string,
): FormTenant['clusters'] {
  return (tenant?.clusters ?? []).filter(
    (cluster) => cluster.environments.includes(environment) && cluster.state === 'active',
  )
}

/** A first choice for an environment: one cluster of each region. */
export function usualTargets(tenant: FormTenant | undefined, environment: string): Target[] {
  const regions = new Map<string, string>()
  for (const { region, name } of clustersIn(tenant, environment))
    if (!regions.has(region)) regions.set(region, name)
  return [...regions.values()].map((cluster) => ({ environment, cluster }))
}

function firstTargets(tenant: FormTenant | undefined, options: FormOptions): Target[] {
  const open = options.environments.find(
    ({ name }) => tenant?.environments.includes(name) && clustersIn(tenant, name).length > 0,
  )
  return open ? usualTargets(tenant, open.name) : []
}

function usualCostCode(tenant: FormTenant | undefined): string | undefined {
  return tenant?.costCodes
    .filter((code) => code.chargeable)
    .toSorted((one, other) => other.uses - one.uses)[0]?.code
}

/** A team that looks after things rather than one that only gives rights, and has somebody to share the work. */
function usualTeam({ teams }: FormOptions): string | undefined {
  const able = teams.filter((team) => team.members >= 2)
  return (able.find((team) => !team.rights) ?? able[0] ?? teams[0])?.name
}
