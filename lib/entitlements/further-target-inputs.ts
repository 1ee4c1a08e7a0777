import { type Facts, known, type TargetFacts } from './facts.ts'
import { classWord, type Inputs, type Need } from './inputs.ts'

/** Where a target's cluster stands; empty where that is not said. */
export function regionOf({ further }: Facts, { cluster }: TargetFacts): string {
  return further?.regions[cluster] ?? ''
}

/** Residency: the rule in force says which regions may hold which class. */
export function residencyNeed(facts: Facts, target: TargetFacts): Need {
  const region = regionOf(facts, target)
  const { dataClass } = facts.request
  return {
    facts: [target.clusterFacts],
    value: { region, environment: target.environment, dataClass },
    reason: () => 'region_refused',
    finding: (outcome) =>
      outcome === 'pass'
        ? `${target.cluster} stands in ${region || 'no region that is said'}`
        : `${classWord(dataClass)} data may not go to ${target.cluster} in ${region || 'no region that is said'}`,
  }
}

/** What the ladder's rule reads of an environment. */
export function ladderContext({ further }: Facts, environment: string): Inputs['context'] {
  return {
    production: further?.productive.includes(environment) ?? true,
    lower_environment: further?.laddered.includes(environment) ?? false,
  }
}

/** The ladder: a service is seen in a lower environment before or with production. */
export function ladderNeed(facts: Facts, environment: string): Need {
  const { production, lower_environment: lower } = ladderContext(facts, environment)
  return {
    // the request itself is the record: what it asks for beside this environment
    facts: [known({ environment, lower }, now(facts), 'request')],
    unasked: production === false,
    value: { environment },
    reason: () => 'no_lower_environment',
    finding: (outcome) => {
      if (outcome === 'not_applicable') return `${environment} is no production environment`
      return lower
        ? `a lower environment is asked for beside ${environment}`
        : `${environment} is asked for without a lower environment`
    },
  }
}

function now({ tenantRecord }: Facts): Date {
  return tenantRecord.known ? tenantRecord.observedAt : new Date(0)
}
