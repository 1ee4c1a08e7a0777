import { checkHubRole, checkPodSecurity, checkPolicies, checkTenantRole } from './baseline.ts'
import { checkCapacity } from './capacity.ts'
import { CHECK_IDS, type Check } from './check.ts'
import type { ClusterEvidence, Expected } from './evidence.ts'
import { checkConcurrency, checkFluxPresent, checkLockdown, checkShards } from './flux.ts'
import { checkRights } from './rights.ts'
import { checkClock, checkKinds, checkKubernetes } from './versions.ts'

const SEVERITY = ['fail', 'unknown', 'warn', 'pass'] as const

/** Judges a cluster by what was gathered, worst first: what fails and blocks, what fails, what is not known, what is doubtful, what holds. */
export function preflight(evidence: ClusterEvidence, expected: Expected): Check[] {
  const checks = [
    checkKubernetes(evidence),
    checkClock(evidence),
    checkKinds(evidence),
    checkRights(evidence, expected),
    checkHubRole(evidence, expected),
    checkFluxPresent(evidence),
    ...checkLockdown(evidence),
    checkConcurrency(evidence),
    checkShards(evidence),
    checkCapacity(evidence),
    checkPodSecurity(evidence),
    checkTenantRole(evidence, expected),
    checkPolicies(evidence, expected),
  ]
  const rank = ({ id, outcome, blocking }: Check) =>
    SEVERITY.indexOf(outcome) * 100 +
    (outcome === 'fail' && !blocking ? 50 : 0) +
    CHECK_IDS.indexOf(id)
  return checks.sort((a, b) => rank(a) - rank(b))
}
