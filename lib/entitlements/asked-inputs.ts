import type { AskedFacts, FurtherFacts, RecoveryFacts } from './facts.ts'
import { firstReason, type Inputs, type Need, valueOr } from './inputs.ts'
import { recoveryWords } from './recovery-words.ts'

const UNREAD = { known: false, why: 'was not kept at the time', source: 'facts' } as const
/** Stands for a time without an end, minutes; Cedar's numbers are whole. */
const ENDLESS = Number.MAX_SAFE_INTEGER
const UNSTATED: RecoveryFacts = {
  ...{ stated: false, rtoMinutes: ENDLESS, rpoMinutes: ENDLESS },
  ...{ backup: false, productionClusters: 0 },
}
/** Least critical tier of which controls are demanded, as the rule stands to begin with, and what it demands. */
const CONTROLS = { tier: 1, clusters: 2 }

/** What the rules read of what was asked for beside the service; what is not known takes the value that denies. */
export function askedContext(further: FurtherFacts | null): Inputs['context'] {
  const { recovery, dependencies, vendors } = further?.asked ?? {}
  const { stated, rtoMinutes, rpoMinutes, backup, productionClusters } = valueOr(
    recovery ?? UNREAD,
    UNSTATED,
  )
  const { found, missing } = valueOr(dependencies ?? UNREAD, { found: [], missing: ['unread'] })
  const named = valueOr(vendors ?? UNREAD, { named: [], unassessed: ['unread'] })
  return {
    recovery_stated: stated,
    rto_minutes: rtoMinutes,
    rpo_minutes: rpoMinutes,
    backup,
    production_clusters: productionClusters,
    dependencies: found.map(({ name }) => name),
    dependencies_missing: missing.length,
    dependencies_lower: further ? lowerOf(further).length : 0,
    vendors: [...named.named],
    vendors_unassessed: named.unassessed.length,
  }
}

/** What each of these checks rests on, and its words. */
export function askedNeeds(further: FurtherFacts, asked: AskedFacts): Record<string, Need> {
  return {
    dependencies_fit: dependencyNeed(further, asked),
    controls_required: controlNeed(further, asked),
    third_party_assessed: vendorNeed(asked),
  }
}

/** Services that it would rely on although they are held to less. */
function lowerOf({ tier, asked }: FurtherFacts): string[] {
  const { found } = valueOr(asked?.dependencies ?? UNREAD, { found: [], missing: [] })
  return found
    .filter((one) => one.tier === null || one.tier > tier)
    .map((one) => `${one.name} (${one.tier === null ? 'no tier' : `tier ${one.tier}`})`)
}

function dependencyNeed(further: FurtherFacts, { dependencies }: AskedFacts): Need {
  const { found, missing } = valueOr(dependencies, { found: [], missing: [] })
  const lower = lowerOf(further)
  return {
    facts: [dependencies],
    unasked: dependencies.known && found.length + missing.length === 0,
    value: { lower, missing: [...missing] },
    reason: () =>
      firstReason([missing.length > 0, 'dependency_missing'], [true, 'dependency_lower']),
    finding: () => {
      if (missing.length > 0) return `no such service runs in the tenant: ${missing.join(', ')}`
      if (lower.length > 0)
        return `of tier ${further.tier}, it would rely on what is held to less: ${lower.join(', ')}`
      return found.length > 0
        ? `it calls ${found.map(({ name }) => name).join(', ')}`
        : 'it names no service that it calls'
    },
  }
}

function controlNeed({ tier, production }: FurtherFacts, { recovery }: AskedFacts): Need {
  const value = valueOr(recovery, UNSTATED)
  const { stated, productionClusters } = value
  return {
    facts: [recovery],
    unasked: tier > CONTROLS.tier || !production,
    value: stated ? { ...value } : { productionClusters },
    reason: () =>
      firstReason(
        [!stated, 'recovery_not_stated'],
        [productionClusters < CONTROLS.clusters, 'one_production_cluster'],
        [true, 'controls_short'],
      ),
    finding: (outcome) => {
      if (outcome === 'not_applicable') return 'asked in production, of tier 1'
      const clusters = `${productionClusters} production ${productionClusters === 1 ? 'cluster' : 'clusters'}`
      if (!stated) return `no recovery targets are stated; ${clusters}`
      return `${recoveryWords(value)}; ${clusters}`
    },
  }
}

function vendorNeed({ vendors }: AskedFacts): Need {
  const { named, unassessed } = valueOr(vendors, { named: [], unassessed: [] })
  return {
    facts: [vendors],
    unasked: vendors.known && named.length === 0,
    value: { unassessed: [...unassessed] },
    reason: () => 'vendor_unassessed',
    finding: (outcome) => {
      if (outcome === 'not_applicable') return 'no other company is named'
      return unassessed.length > 0
        ? `not to be relied on today: ${unassessed.join(', ')}`
        : `assessed: ${named.join(', ')}`
    },
  }
}
