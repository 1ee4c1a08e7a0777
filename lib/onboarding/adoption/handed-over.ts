import type { Adoption } from '#lib/flux/adoption/adoption.ts'
import { isHandedOver, Standing } from '#lib/flux/adoption/standing.ts'

/** Terms of an adoption, and whether the administrator's labels were there at the last look; null where nobody has looked. */
export type AdoptionRow = Adoption & { handedOver: boolean | null; lookedAt: string | null }

/** What a survey says of the administrator's labels. */
export function looked(
  survey: { standing: unknown; surveyedAt: Date | null } | null,
): Pick<AdoptionRow, 'handedOver' | 'lookedAt'> {
  if (!survey?.surveyedAt || !survey.standing) return { handedOver: null, lookedAt: null }
  const { namespace } = Standing.parse(survey.standing)
  return {
    handedOver: isHandedOver(namespace?.labels ?? {}),
    lookedAt: survey.surveyedAt.toISOString(),
  }
}
