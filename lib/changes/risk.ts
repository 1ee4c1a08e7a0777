import { bandOfTeam, type SuccessBand, type TeamSuccess, teamSuccessWords } from './success.ts'

/** Version of the formula; kept with every score. The second looks at the team's own record, the first at its tenant's. */
export const RISK_VERSION = 2

export const BANDS = ['low', 'medium', 'high', 'critical'] as const
export type Band = (typeof BANDS)[number]

export type RiskInput = {
  tier: number
  dataClass: number
  /** Does any target stand in a production environment? */
  production: boolean
  targets: number
  /** True when the tenant has used this template before. */
  templateUsedBefore: boolean
  servesHttp: boolean
  /** How the changes of the owning team went. */
  success: TeamSuccess
  /** Band people declared; it may only raise. */
  declared: Band | null
}

export type RiskFactor = { id: string; title: string; points: number; source: string }
export type Risk = {
  version: number
  score: number
  band: Band
  factors: RiskFactor[]
  floor: Band | null
}

const HISTORY_POINTS: Record<SuccessBand | 'unknown', number> = {
  excellent: 0,
  high: 5,
  medium: 10,
  low: 15,
  unknown: 5,
}

const BAND_FROM: Record<Band, number> = { low: 0, medium: 25, high: 50, critical: 75 }

/** Adds up the risk of a change, 0 to 100. Every factor shows, also those that add nothing. */
export function assessRisk(input: RiskInput): Risk {
  const factors: RiskFactor[] = [
    {
      id: 'tier',
      title: `Tier ${input.tier}`,
      points: [25, 25, 15, 5, 0][input.tier] ?? 25,
      source: 'request',
    },
    {
      id: 'data_class',
      title: `Data class ${input.dataClass}`,
      points: [0, 5, 15, 25, 25][input.dataClass] ?? 25,
      source: 'request',
    },
    {
      id: 'environment',
      title: input.production ? 'Touches production' : 'No production environment',
      points: input.production ? 15 : 0,
      source: 'environment',
    },
    {
      id: 'reach',
      title: `${input.targets} ${input.targets === 1 ? 'target' : 'targets'}`,
      points: reachPoints(input.targets),
      source: 'plan',
    },
    {
      id: 'novelty',
      title: input.templateUsedBefore
        ? 'Template used here before'
        : 'First use of this template here',
      points: input.templateUsedBefore ? 0 : 5,
      source: 'CMDB',
    },
    {
      id: 'network',
      title: input.servesHttp ? 'Opens ingress' : 'No ingress',
      points: input.servesHttp ? 5 : 0,
      source: 'plan',
    },
    {
      id: 'history',
      title: teamSuccessWords(input.success),
      points: HISTORY_POINTS[bandOfTeam(input.success) ?? 'unknown'],
      source: 'success scores of the last 90 days',
    },
  ]
  const floor: Band | null = input.production && input.dataClass >= 2 ? 'medium' : null
  return summed(factors, floor, input.declared)
}

export type BaselineRiskInput = {
  production: boolean
  tenants: number
  /** Objects that stand and become other ones, or go. */
  altered: number
  removed: number
}

/** The risk of a cluster's baseline: who stands behind it, and how much of what guards them moves. Never low. */
export function assessBaselineRisk(input: BaselineRiskInput): Risk {
  const { production, tenants, altered, removed } = input
  const factors: RiskFactor[] = [
    {
      id: 'environment',
      title: production ? 'Guards production' : 'No production environment',
      points: production ? 15 : 0,
      source: 'environment',
    },
    {
      id: 'reach',
      title: `${tenants} ${tenants === 1 ? 'tenant' : 'tenants'} behind it`,
      points: tenants > 0 ? 5 + reachPoints(tenants) : 0,
      source: 'CMDB',
    },
    {
      id: 'altered',
      title: `${altered} ${altered === 1 ? 'guard' : 'guards'} altered`,
      points: Math.min(20, 4 * altered),
      source: 'plan',
    },
    {
      id: 'removed',
      title: `${removed} ${removed === 1 ? 'guard' : 'guards'} removed`,
      points: Math.min(30, 10 * removed),
      source: 'plan',
    },
  ]
  return summed(factors, 'medium', null)
}

/** The risk of another approval policy: what it asks less than before, and how many changes it speaks about. Never low. */
export function assessPolicyRisk(input: {
  loosened: readonly string[]
  differ: number
  /** What the replay found of those: "would have had other stages". */
  finding: string
}): Risk {
  const { loosened, differ, finding } = input
  const factors: RiskFactor[] = [
    {
      id: 'loosened',
      title:
        loosened.length === 0
          ? 'Asks for no less than before'
          : `Asks for less: ${loosened.join(', ')}`,
      points: Math.min(40, 15 * loosened.length),
      source: 'plan',
    },
    {
      id: 'reach',
      title: `${differ} of the changes looked at ${finding}`,
      points: Math.min(20, differ),
      source: 'replay',
    },
  ]
  return summed(factors, 'medium', null)
}

function summed(factors: RiskFactor[], floor: Band | null, declared: Band | null): Risk {
  const score = Math.min(
    100,
    factors.reduce((sum, factor) => sum + factor.points, 0),
  )
  const band = highest(bandOf(score), floor, declared)
  return { version: RISK_VERSION, score, band, factors, floor }
}

/** Is `a` at most `b`? */
export function isAtMost(a: Band, b: Band): boolean {
  return BANDS.indexOf(a) <= BANDS.indexOf(b)
}

function bandOf(score: number): Band {
  return BANDS.findLast((band) => score >= BAND_FROM[band]) ?? 'low'
}

function highest(...bands: (Band | null)[]): Band {
  const index = Math.max(...bands.map((band) => (band ? BANDS.indexOf(band) : 0)))
  return BANDS[index] ?? 'critical'
}

function reachPoints(targets: number): number {
  if (targets > 100) return 20
  if (targets > 25) return 15
  return targets > 5 ? 8 : targets > 1 ? 3 : 0
}
