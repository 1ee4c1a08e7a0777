import { type NotTogether, togetherBar } from '#lib/changes/together.ts'
import { readTogetherFacts } from '#lib/changes/together-store.ts'
import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import {
  type DecideChangeError,
  type Decided,
  decideUnder,
  decidingTenant,
} from '../decide-change.ts'
import { reviewChange } from '../review-change.ts'
import type { ApproveTogether } from './approve-together.schema.ts'

/** What became of one line. */
export type LineOutcome = Result<Decided, DecideChangeError | NotTogether>

/**
 * Approves several changes of low risk and of one template in one act: line by line, each by its own hash, in a transaction of its own, with every rule of a single
 * approval and those of `togetherBar` on top. Its checks are made anew before. A line that is refused leaves the others alone; the outcomes stand in the order of the lines. When the server fails in between, what was
 * approved until then is approved.
 */
export async function approveTogether(
  platform: Platform,
  viewer: Viewer,
  { template, lines }: ApproveTogether,
): Promise<Result<{ lines: LineOutcome[] }, never>> {
  const outcomes: LineOutcome[] = []
  for (const { changeId, planHash } of lines) {
    const tenantId = await decidingTenant(platform, viewer, changeId)
    if (tenantId) await reviewChange(platform, viewer, { changeId, tenantId })
    const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
    const outcome = await decideUnder<NotTogether>(platform, viewer, vote, {
      payload: { together: lines.length },
      async barred(tx, stage) {
        const facts = await readTogetherFacts(tx, changeId)
        return facts && togetherBar(facts, { template, stage })
      },
    })
    outcomes.push(outcome)
  }
  return ok({ lines: outcomes })
}
