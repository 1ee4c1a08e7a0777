import type { GuardedStage, GuardFacts } from '#lib/changes/guards.ts'
import { hashOfSections, SECTIONS } from '#lib/changes/plan.ts'
import type { GuardedRun } from '#lib/changes/review-guards.ts'

export const NOW = new Date('2026-03-01T12:00:00Z')
export const [BEFORE, AFTER] = [new Date(NOW.getTime() - 1), new Date(NOW.getTime() + 1)]
export const SECTION_HASHES = Object.fromEntries(
  SECTIONS.map((name) => [name, name.padEnd(64, '0')]),
)
export const HASH = hashOfSections(SECTION_HASHES)
export const OTHER = 'f'.repeat(64)
export const RUN: GuardedRun = {
  state: 'running',
  planHash: HASH,
  steps: ['done', 'skipped', 'running'],
  targetsLeft: 0,
}
export const LAPSED = { deciderId: 'erik', verdict: 'approve', lapsed: true }
/** Gil signed for Erik, by a delegation that stands. */
export const FOR_ERIK = { deciderId: 'gil', delegatorId: 'erik', verdict: 'approve', mandate: true }
export const ERIK_TOO = { deciderId: 'erik', verdict: 'approve' }
/** A review that hugo did in time. */
export const REVIEWED = { dueAt: BEFORE, reviewerId: 'hugo', eligible: ['hugo', 'erik'] }
export const BOUNDED = {
  tenant: 'payments',
  template: 'node',
  environments: ['dev'],
  size: 'small',
  dataClass: 1,
  tier: 3,
  targets: 1,
  band: 'low' as const,
}
export const STANDARD = {
  id: 'std_1',
  name: 'Small in development',
  state: 'active',
  expiresAt: AFTER,
  bounds: {
    templates: ['node'],
    environments: ['dev'],
    sizes: ['small'],
    dataClassAtMost: 1,
    tierAtLeast: 3,
    targetsAtMost: 2,
    riskAtMost: 'low' as const,
  },
}

/** What holds a change back, by the guard that says so. */
export const HELD_UP = {
  run_fits_freezes: [{ frozen: true }],
  servicenow_agrees: [{ awaitsServiceNow: true }],
}

export function aStage(differs: Partial<GuardedStage> = {}): GuardedStage {
  return {
    ...{ name: 'Owner', state: 'satisfied', quorum: 1, veto: 1 },
    eligible: ['erik', 'farah'],
    decisions: [{ deciderId: 'erik', verdict: 'approve' }],
    ...differs,
  }
}

/** Facts on which every event may happen; give what shall differ. */
export function facts(differs: Partial<GuardFacts> = {}): GuardFacts {
  return {
    now: NOW,
    actor: 'ada',
    roles: [],
    inPlatformTenant: false,
    kind: 'onboard',
    type: 'normal',
    requesterId: 'ada',
    revision: 2,
    reason: 'because',
    planHash: HASH,
    sealedHash: HASH,
    sections: SECTION_HASHES,
    checks: { submit: { looked: 9, blocking: [] }, start: { looked: 9, blocking: [] } },
    reserved: ['namespace', 'repository', 'service'],
    expiresAt: BEFORE,
    windowEnd: null,
    ...{ windowTooShort: false, frozen: false, awaitsServiceNow: false },
    closeCode: 'successful',
    barred: ['ada'],
    stages: [aStage()],
    standardId: 'std_1',
    standards: [STANDARD],
    bounded: BOUNDED,
    liveRuns: 1,
    run: RUN,
    ...{ review: null, overdueReview: null },
    ...differs,
  }
}
