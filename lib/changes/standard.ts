import { z } from 'zod'
import { BANDS, type Band, isAtMost } from './risk.ts'

/** Bounds of a standard change: inside all of them a request is pre-authorised. */
export const StandardBounds = z.strictObject({
  templates: z.array(z.string()).min(1),
  environments: z.array(z.string()).min(1),
  sizes: z.array(z.string()).min(1),
  dataClassAtMost: z.int(),
  tierAtLeast: z.int(),
  targetsAtMost: z.int(),
  riskAtMost: z.enum(BANDS),
  tenants: z.array(z.string()).optional(),
  /** Template parameters and the values each may have; a parameter not named here is free. */
  parameters: z
    .record(z.string(), z.array(z.union([z.string(), z.number(), z.boolean()])))
    .optional(),
})
export type StandardBounds = z.infer<typeof StandardBounds>

export type StandardTemplate = {
  id: string
  name: string
  state: string
  expiresAt: Date
  bounds: StandardBounds
}

export type BoundedRequest = {
  tenant: string
  template: string
  environments: readonly string[]
  size: string
  dataClass: number
  tier: number
  targets: number
  band: Band
  parameters?: Readonly<Record<string, unknown>>
}

/** Which bounds the request breaks; none means the standard template covers it. */
export function outOfBounds(
  request: BoundedRequest,
  standard: StandardTemplate,
  now: Date,
): string[] {
  const { bounds } = standard
  const rules: [boolean, string][] = [
    [
      standard.state === 'active' && standard.expiresAt > now,
      'the standard change is not in force',
    ],
    [!bounds.tenants || bounds.tenants.includes(request.tenant), `tenant ${request.tenant}`],
    [bounds.templates.includes(request.template), `template ${request.template}`],
    [
      request.environments.every((name) => bounds.environments.includes(name)),
      `environments ${request.environments.join(', ')}`,
    ],
    [bounds.sizes.includes(request.size), `size ${request.size}`],
    [request.dataClass <= bounds.dataClassAtMost, `data class ${request.dataClass}`],
    [request.tier >= bounds.tierAtLeast, `tier ${request.tier}`],
    [request.targets <= bounds.targetsAtMost, `${request.targets} targets`],
    [isAtMost(request.band, bounds.riskAtMost), `risk ${request.band}`],
  ]
  const broken = rules.filter(([kept]) => !kept).map(([, name]) => name)
  return [...broken, ...parametersOutside(request, bounds)]
}

/** A bounded parameter that is not given is outside: its default may change with the template. */
function parametersOutside({ parameters = {} }: BoundedRequest, bounds: StandardBounds): string[] {
  const allowed = Object.entries(bounds.parameters ?? {})
  return allowed
    .filter(([name, values]) => !values.some((value) => value === parameters[name]))
    .map(([name]) => `parameter ${name}`)
}

/** The first standard template that covers the request, if any. */
export function coveringStandard(
  request: BoundedRequest,
  standards: readonly StandardTemplate[],
  now: Date,
): StandardTemplate | undefined {
  return standards.find((standard) => outOfBounds(request, standard, now).length === 0)
}
