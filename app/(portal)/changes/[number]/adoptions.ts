import { mayIn } from '#lib/auth/permissions.ts'
import { readAdoptions } from '#lib/onboarding/adoption/adoption-queries.ts'
import { askForSurvey } from '#lib/onboarding/adoption/ask-for-survey.ts'
import type { AdoptionRow } from '#lib/onboarding/adoption/handed-over.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'

/** States in which somebody may still wait for the labels. */
const AWAITED = ['awaiting_approval', 'approved', 'scheduled', 'executing', 'failed']
/** One look serves everybody who opens the page, seconds. */
const FRESH_SECONDS = 30

type Change = { tenantId: string; state: string; kind: string; planHash: string | null }

/** The adoptions of a change's plan; whoever may act on it has the worker look again where the labels were not there yet. */
export async function readSurveyed(viewer: Viewer, change: Change): Promise<AdoptionRow[]> {
  const { tenantId, planHash } = change
  if (!planHash || change.kind !== 'onboard') return []
  const { adoptions, places } = await readAdoptions(platform(), viewer, { planHash, tenantId })
  const acts = (['service.request', 'change.decide'] as const).some((permission) =>
    mayIn(viewer, permission, tenantId),
  )
  if (acts && AWAITED.includes(change.state) && adoptions.some(({ handedOver }) => !handedOver)) {
    const asked = { tenantId, places, freshSeconds: FRESH_SECONDS }
    await askForSurvey(platform(), viewer, asked)
  }
  return adoptions
}
