import { z } from 'zod'
import type { Seen } from './evidence.ts'

/** What preflight looks at, in the order in which a person would. */
export const CHECK_IDS = [
  'kubernetes_version',
  'clock',
  'kinds_served',
  'own_rights',
  'hub_role',
  'flux_present',
  'cross_namespace_refs',
  'default_service_account',
  'remote_bases',
  'insecure_kubeconfig',
  'concurrency',
  'shards',
  'capacity',
  'pod_security',
  'tenant_role',
  'admission_policies',
] as const
export type CheckId = (typeof CHECK_IDS)[number]

/** One thing that was looked at: how it stands, what was seen, what follows from it, and what mends it. */
export const Check = z.object({
  id: z.enum(CHECK_IDS),
  outcome: z.enum(['pass', 'warn', 'fail', 'unknown']),
  /** Whether a new tenant is refused while it fails. */
  blocking: z.boolean(),
  evidence: z.string(),
  risk: z.string(),
  /** A command or a manifest; empty where nothing is to be mended. */
  remedy: z.string(),
})
export type Check = z.infer<typeof Check>

type Nature = { id: CheckId; blocking: boolean; risk: string }
type Found = { outcome: 'warn' | 'fail' | 'unknown'; evidence: string; remedy: string }

/** It holds. */
export function passed(nature: Nature, evidence: string): Check {
  return { ...nature, outcome: 'pass', evidence, remedy: '' }
}

/** It does not hold, or not fully. */
export function found(nature: Nature, { outcome, evidence, remedy }: Found): Check {
  return { ...nature, outcome, evidence, remedy }
}

/** Judges what was seen; what could not be read is unknown, with the rule that would show it, and never passes. */
export function judged<T>(nature: Nature, seen: Seen<T>, judge: (value: T) => Check): Check {
  if (seen.seen) return judge(seen.value)
  return found(nature, {
    outcome: 'unknown',
    evidence: `could not be read: ${seen.detail}`.slice(0, 500),
    remedy: seen.rule ? `Add to ClusterRole stairway-hub: ${seen.rule}` : '',
  })
}
