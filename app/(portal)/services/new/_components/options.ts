import type { RequestService } from '#lib/onboarding/request-service.schema.ts'

export type FormCluster = {
  name: string
  region: string
  state: string
  accreditedClass: number
  environments: readonly string[]
}

export type FormTenant = {
  slug: string
  name: string
  prefix: string
  gitOrg: string
  maxDataClass: number
  environments: readonly string[]
  clusters: readonly FormCluster[]
  costCodes: readonly { code: string; name: string; chargeable: boolean; uses: number }[]
  applications: readonly string[]
}

export type FormTemplate = {
  name: string
  version: number
  title: string
  description: string
  language: string
  parameterSchema: Record<string, unknown>
}

/** What the form offers this person. */
export type FormOptions = {
  tenants: readonly FormTenant[]
  templates: readonly FormTemplate[]
  teams: readonly { name: string; members: number; rights: boolean }[]
  environments: readonly { name: string; production: boolean }[]
}

export type Request = Omit<RequestService, 'parameters' | 'targets' | 'size' | 'interval'> & {
  parameters: Record<string, unknown>
  targets: readonly Target[]
  size: string
  interval: string
}

export type Target = {
  environment: string
  cluster: string
  /** A standing namespace in which the service runs already. */
  adopt?: string | undefined
}

/** What the person said themselves; everything else is filled in. This is the draft. */
export type Mine = Partial<Request>

export type Parameter = {
  key: string
  title: string
  description: string | undefined
  type: 'text' | 'number' | 'yes_no'
  choices: readonly string[] | undefined
  fallback: unknown
}

/** The parameters a template asks for, in its order. */
export function parametersOf(template: FormTemplate | undefined): Parameter[] {
  const properties = (template?.parameterSchema.properties ?? {}) as Record<
    string,
    Record<string, unknown>
  >
  return Object.entries(properties).map(([key, schema]) => ({
    key,
    title: typeof schema.title === 'string' ? schema.title : key,
    description: typeof schema.description === 'string' ? schema.description : undefined,
    type:
      schema.type === 'boolean'
        ? 'yes_no'
        : schema.type === 'integer' || schema.type === 'number'
          ? 'number'
          : 'text',
    choices: Array.isArray(schema.enum) ? schema.enum.map(String) : undefined,
    fallback: schema.default,
  }))
}
