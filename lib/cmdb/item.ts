import { z } from 'zod'

/** CI classes Stairway registers; the database holds the same list. */
export const CI_CLASSES = [
  'business_application',
  'service',
  'service_instance',
  'environment',
  'cluster',
  'namespace',
  'repository',
  'template',
  'person',
  'team',
] as const

export type CiClass = (typeof CI_CLASSES)[number]

const CiNameSchema = z.strictObject({ class: z.enum(CI_CLASSES), naturalKey: z.string().min(1) })

/** One CMDB row of a plan: what will be registered, by natural keys only, so that it can be rendered before it exists. */
export const CmdbItem = z.strictObject({
  class: z.enum(CI_CLASSES),
  naturalKey: z.string().min(1),
  name: z.string().min(1),
  displayName: z.string(),
  owner: z.string().nullable(),
  tier: z.int().min(1).max(4).nullable(),
  dataClass: z.int().min(0).max(4).nullable(),
  attributes: z.record(z.string(), z.unknown()),
  relations: z.array(z.strictObject({ type: z.string(), to: CiNameSchema })),
})

export type CmdbItem = z.infer<typeof CmdbItem>

type ServiceFacts = {
  tenant: { slug: string }
  service: { slug: string; displayName: string; description: string }
  application: string
  owner: string
  tier: number
  dataClass: number
  costCode: string
  size: string
  template: { name: string; version: number }
  repository: { org: string; name: string }
  requester: string
  recovery?: { rtoMinutes: number; rpoMinutes: number; backup: boolean } | undefined
  /** Names of services of the tenant that it calls, and of companies that it relies on. */
  dependsOn?: readonly string[] | undefined
  vendors?: readonly string[] | undefined
}

/** The service itself, its business application and its repository. */
export function serviceItems(facts: ServiceFacts): CmdbItem[] {
  const key = `${facts.tenant.slug}/${facts.service.slug}`
  const applicationKey = `${facts.tenant.slug}/${facts.application}`
  const repositoryKey = `${facts.repository.org}/${facts.repository.name}`
  const owned = { owner: facts.owner, tier: null, dataClass: null }
  return [
    {
      class: 'business_application',
      naturalKey: applicationKey,
      name: facts.application,
      displayName: facts.application,
      ...owned,
      attributes: {},
      relations: [],
    },
    {
      class: 'repository',
      naturalKey: repositoryKey,
      name: repositoryKey,
      displayName: facts.service.displayName,
      ...owned,
      attributes: { defaultBranch: 'main' },
      relations: [
        { type: 'made_from', to: { class: 'template', naturalKey: facts.template.name } },
      ],
    },
    {
      class: 'service',
      naturalKey: key,
      name: facts.service.slug,
      displayName: facts.service.displayName,
      owner: facts.owner,
      tier: facts.tier,
      dataClass: facts.dataClass,
      attributes: {
        description: facts.service.description,
        costCode: facts.costCode,
        size: facts.size,
        template: `${facts.template.name}@${facts.template.version}`,
        ...(facts.recovery ? { recovery: facts.recovery } : {}),
        ...(facts.vendors?.length ? { vendors: facts.vendors } : {}),
      },
      relations: [
        { type: 'part_of', to: { class: 'business_application', naturalKey: applicationKey } },
        { type: 'built_from', to: { class: 'repository', naturalKey: repositoryKey } },
        { type: 'owned_by', to: { class: 'team', naturalKey: facts.owner } },
        { type: 'requested_by', to: { class: 'person', naturalKey: facts.requester } },
        ...(facts.dependsOn ?? []).map((name) => ({
          type: 'depends_on',
          to: { class: 'service' as const, naturalKey: `${facts.tenant.slug}/${name}` },
        })),
      ],
    },
  ]
}

type InstanceFacts = {
  tenant: { slug: string }
  service: { slug: string }
  owner: string
  tier: number
  dataClass: number
  environment: string
  cluster: string
  namespace: string
  /** It stood before the service came. */
  adopted: boolean
  cpuMilli: number
  memoryMib: number
}

/** One service instance and the namespace it runs in. */
export function instanceItems(facts: InstanceFacts): CmdbItem[] {
  const service = `${facts.tenant.slug}/${facts.service.slug}`
  const namespaceKey = `${facts.cluster}/${facts.namespace}`
  const shared = { owner: facts.owner, tier: facts.tier, dataClass: facts.dataClass }
  return [
    {
      class: 'namespace',
      naturalKey: namespaceKey,
      name: facts.namespace,
      displayName: `${facts.namespace} on ${facts.cluster}`,
      ...shared,
      attributes: facts.adopted ? { origin: 'adopted' } : {},
      relations: [{ type: 'hosted_on', to: { class: 'cluster', naturalKey: facts.cluster } }],
    },
    {
      class: 'service_instance',
      naturalKey: `${service}/${facts.environment}/${facts.cluster}`,
      name: `${facts.service.slug}-${facts.environment}-${facts.cluster}`,
      displayName: `${facts.service.slug} in ${facts.environment} on ${facts.cluster}`,
      ...shared,
      attributes: {
        environment: facts.environment,
        cluster: facts.cluster,
        namespace: facts.namespace,
        ...(facts.adopted ? { adopted: true } : {}),
        cpuMilli: facts.cpuMilli,
        memoryMib: facts.memoryMib,
      },
      relations: [
        { type: 'runs_in', to: { class: 'namespace', naturalKey: namespaceKey } },
        { type: 'in_environment', to: { class: 'environment', naturalKey: facts.environment } },
      ],
    },
  ]
}
