import { mayIn } from '#lib/auth/permissions.ts'
import { lockItem } from '#lib/cmdb/retirement-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type AskedChange, sealChange } from '../seal-change.ts'
import { assessRollback, termsOf } from './assess-rollback.ts'
import { loadRollback, type RollbackFacts } from './load-rollback.ts'
import { type Between, loadBetween } from './look-between.ts'
import type { RollBack, RollbackTerms } from './roll-back.schema.ts'

export type RollBackError =
  | { code: 'service_not_found' }
  | { code: 'service_retiring' }
  | { code: 'service_busy'; changes: number[] }
  | { code: 'no_instance_there' }
  | { code: 'revision_not_recorded' }
  | { code: 'stands_there_already' }
  | { code: 'commits_being_read' }
  | { code: 'git_host_silent'; detail: string }
  | { code: 'commit_unreachable'; commit: string }
  | { code: 'nobody_to_approve'; stages: string[] }
  | { code: 'stands_otherwise' }

/**
 * Asks to pin instances to a recorded revision, or to let them follow their branch again: the plan is frozen and hashed, and the people of every
 * matching policy are asked. Nothing is touched before they agree. State, audit and notices commit together.
 */
export async function rollBack(
  platform: Platform,
  viewer: Viewer,
  input: RollBack,
): Promise<Result<AskedChange, RollBackError>> {
  return platform.transact(
    viewer,
    { reason: input.reason },
    async (tx): Promise<Result<AskedChange, RollBackError>> => {
      await lockItem(tx, input.serviceId)
      const facts = await loadRollback(tx, input.serviceId, input)
      if (!facts || !mayIn(viewer, 'service.request', facts.tenant.id))
        return err({ code: 'service_not_found' })
      const { between } = await loadBetween(tx, facts, input.commit)
      const refused = refusalOf(facts, input, between)
      if (refused) return err(refused)
      const terms = termsOf(facts, input, between.state === 'known' ? between.crossings : [])
      if (terms.places.length === 0) return err({ code: 'stands_there_already' })
      const type = input.emergency ? 'emergency' : 'normal'
      const assessment = await assessRollback(tx, facts, { terms, barred: [viewer.id], type })
      if (assessment.unfillable.length > 0)
        return err({ code: 'nobody_to_approve', stages: assessment.unfillable })
      if (assessment.plan.hash !== input.planHash) return err({ code: 'stands_otherwise' })
      const sealed = await sealChange(platform, tx, {
        ...{ viewer, tenantId: facts.tenant.id, kind: 'roll_back', assessment },
        title: titleOf(facts, terms),
        reason: input.reason,
        serviceId: facts.service.id,
        emergency: input.emergency && { ...input.emergency, team: facts.request.owningTeam },
        ...sealedTerms(facts, terms, input),
      })
      return ok(sealed)
    },
  )
}

function refusalOf(
  { service, open, instances, recorded }: RollbackFacts,
  { commit }: RollBack,
  between: Between,
): RollBackError | undefined {
  if (service.retiring) return { code: 'service_retiring' }
  if (open.length > 0) return { code: 'service_busy', changes: open }
  if (instances.length === 0) return { code: 'no_instance_there' }
  if (commit && !recorded.some((one) => one.commit === commit))
    return { code: 'revision_not_recorded' }
  if (between.state === 'reading') return { code: 'commits_being_read' }
  if (between.state === 'unanswered') return { code: 'git_host_silent', detail: between.detail }
  return between.state === 'unreachable'
    ? { code: 'commit_unreachable', commit: between.commit }
    : undefined
}

/** The request on the targets that move, with the terms; and what the audit says of them. */
function sealedTerms(
  { request: { emergency: _, ...request } }: RollbackFacts,
  terms: RollbackTerms,
  { reason, emergency }: RollBack,
) {
  const { environment, commit, places } = terms
  const targets = request.targets.filter(({ cluster }) =>
    places.some((place) => place.startsWith(`${cluster}/`)),
  )
  return {
    parameters: {
      request: { ...request, targets, reason, ...(emergency && { emergency }) },
      rollback: terms,
    },
    payload: { environment, commit: commit ?? 'branch', targets: places.length },
  }
}

/** What the change is called: `Roll sepa-gateway in prod back to abc1234`. */
function titleOf({ service }: RollbackFacts, { environment, commit }: RollbackTerms): string {
  return commit
    ? `Roll ${service.slug} in ${environment} back to ${commit.slice(0, 7)}`
    : `Let ${service.slug} in ${environment} follow its branch again`
}
