import { isDnsLabel, isReservedName } from '#lib/dns-label.ts'
import { known, type TargetFacts, unknown } from '#lib/entitlements/facts.ts'
import { adoptionRefused } from '#lib/flux/adoption/adoption.ts'
import type { RequestContext } from '../request-context.ts'

type Adopting = { target: RequestContext['targets'][number]; held: string | undefined }

/** A namespace may be adopted when our records do not hold it and the survey found nothing against it. Not surveyed is not known. `now` is when our records were read. */
export function adoptionFact(
  now: Date,
  context: RequestContext,
  { target: { cluster, namespace, survey }, held }: Adopting,
): TargetFacts['namespaceFree'] {
  const legal = isDnsLabel(namespace) && !isReservedName(namespace)
  if (held) return known({ free: false, legal, holder: `${held} holds it` }, now, 'CMDB')
  if (!survey)
    return unknown(
      `what stands in ${namespace} is being looked at; ask again in a moment`,
      cluster.name,
    )
  if (!survey.standing)
    return unknown(
      `${namespace} could not be looked at: ${survey.trouble ?? 'no answer'}`,
      cluster.name,
    )
  const about = { namespace, tenant: context.tenant.slug, service: context.slug }
  const refused = adoptionRefused(survey.standing, about)
  return known(
    { free: refused === undefined, legal, holder: refused ?? null },
    survey.at,
    cluster.name,
  )
}
