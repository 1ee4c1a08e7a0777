import type { AppliedWaiver, CheckResult } from './check-result.ts'
import { valueHash } from './waivable.ts'

/** A waiver that stands or is asked for, of one service. */
export type LiveWaiver = Omit<AppliedWaiver, 'decidedBy' | 'decider'> & {
  checkId: string
  checkVersion: number
  rule: string
  subject: string
  /** Hex. */
  valueHash: string
  /** Null while nobody has decided. */
  decidedBy: string | null
  decider: string | null
}

/** Failures for which a waiver stands become `waived`, with who, why and until when; those that are asked for say so. Whatever else there is stays as it is. */
export function withWaivers(
  results: readonly CheckResult[],
  waivers: readonly LiveWaiver[],
): CheckResult[] {
  return results.map((result) => {
    const mine = waivers.filter((waiver) => covers(waiver, result))
    const granted = mine.map(appliedOf).find((waiver) => waiver !== null)
    if (granted)
      return {
        ...result,
        outcome: 'waived',
        waivable: null,
        evidence: { ...result.evidence, waiver: granted },
      }
    const [asked] = mine
    return asked && result.waivable
      ? { ...result, waivable: { ...result.waivable, asked: { id: asked.id, asker: asked.asker } } }
      : result
  })
}

function covers(waiver: LiveWaiver, result: CheckResult): boolean {
  return (
    result.outcome === 'fail' &&
    result.waivable !== null &&
    waiver.checkId === result.checkId &&
    waiver.checkVersion === result.checkVersion &&
    waiver.rule === result.waivable.rule &&
    waiver.subject === (result.subject ?? '') &&
    waiver.valueHash === valueHash(result.waivable.value)
  )
}

function appliedOf(waiver: LiveWaiver): AppliedWaiver | null {
  const { id, reason, askedBy, asker, decidedBy, decider, until } = waiver
  return decidedBy === null || decider === null
    ? null
    : { id, reason, askedBy, asker, decidedBy, decider, until }
}

/** The waivers that results lean on. */
export function waiversIn(results: readonly CheckResult[]): AppliedWaiver[] {
  return results.flatMap(({ outcome, evidence }) =>
    outcome === 'waived' && evidence.waiver ? [evidence.waiver] : [],
  )
}

/** Results that leaned on one of these waivers fail again: it ended. */
export function withoutWaivers(
  results: readonly CheckResult[],
  ended: readonly string[],
): CheckResult[] {
  return results.map((result) => {
    const { waiver, ...evidence } = result.evidence
    return waiver && ended.includes(waiver.id) ? { ...result, outcome: 'fail', evidence } : result
  })
}
