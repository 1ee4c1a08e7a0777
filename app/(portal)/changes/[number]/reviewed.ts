import { type ChangePage, readChange } from '#lib/changes/page-queries.ts'
import { reviewChange } from '#lib/onboarding/review-change.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'

/** A change as its page shows it; whoever may decide it reads checks of now, not those of the submit. */
export async function readReviewed(
  viewer: Viewer,
  asked: Parameters<typeof readChange>[2],
): Promise<ChangePage | null> {
  const change = await readChange(platform(), viewer, asked)
  if (change?.state !== 'awaiting_approval' || !('stage' in change.decision)) return change
  const at = { changeId: change.id, tenantId: change.tenantId }
  const reviewed = await reviewChange(platform(), viewer, at)
  return reviewed ? readChange(platform(), viewer, asked) : change
}
