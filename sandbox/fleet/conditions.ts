import { type KubeObject, timestamp } from './object.ts'

export type Condition = {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason: string
  message: string
}

/** Conditions as controllers write them: a transition time moves only when the status does. */
export function withConditions(
  object: KubeObject,
  conditions: readonly Condition[],
): Record<string, unknown>[] {
  const before = (object.status?.conditions ?? []) as (Condition & { lastTransitionTime: string })[]
  return conditions.map((condition) => {
    const known = before.find(
      (candidate) => candidate.type === condition.type && candidate.status === condition.status,
    )
    return {
      lastTransitionTime: known?.lastTransitionTime ?? timestamp(),
      message: condition.message,
      observedGeneration: object.metadata.generation ?? 1,
      reason: condition.reason,
      status: condition.status,
      type: condition.type,
    }
  })
}

/** `10m`, `1h30m`, `45s` in milliseconds. */
export function durationMs(text: unknown): number {
  const units: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  return (
    [...String(text ?? '').matchAll(/([0-9.]+)(ms|h|m|s)/g)].reduce(
      (sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ''] ?? 0),
      0,
    ) || 600_000
  )
}
