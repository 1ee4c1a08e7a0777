import { mayIn } from '#lib/auth/permissions.ts'
import { holdPolicy, openEditOf } from '#lib/changes/policy-store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type AskedChange, sealChange } from '../seal-change.ts'
import { assessPolicyEdit, type PolicyEditError } from './assess-policy.ts'
import type { ProposePolicy } from './edit-policy.schema.ts'

export type ProposePolicyError =
  | PolicyEditError
  | { code: 'policy_asked_already'; number: number }
  | { code: 'nobody_to_approve'; stages: string[] }
  | { code: 'policy_moved' }

/**
 * Asks that an approval policy becomes another, begins or ends: a change like any other, with its plan frozen and hashed, decided by another
 * administrator and by whoever policies name for such changes. Nothing is in force before. State, audit and notices commit together.
 */
export async function proposePolicy(
  platform: Platform,
  viewer: Viewer,
  { draft, reason, planHash }: ProposePolicy,
): Promise<Result<AskedChange, ProposePolicyError>> {
  return platform.transact(
    viewer,
    { reason, tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<AskedChange, ProposePolicyError>> => {
      if (!mayIn(viewer, 'platform.manage', PLATFORM_TENANT))
        return err({ code: 'policy_not_found' })
      await holdPolicy(tx, draft.policyId ?? draft.name)
      const assessed = await assessPolicyEdit(tx, draft, [viewer.id])
      if (!assessed.ok) return assessed
      const { terms, plan, unfillable } = assessed.value
      const open = await openEditOf(tx, terms.name)
      if (open) return err({ code: 'policy_asked_already', number: open })
      if (unfillable.length > 0) return err({ code: 'nobody_to_approve', stages: unfillable })
      if (plan.hash !== planHash) return err({ code: 'policy_moved' })
      const does = terms.ends ? 'End' : terms.base === 0 ? 'New' : `Version ${terms.base + 1} of`
      return ok(
        await sealChange(platform, tx, {
          ...{ viewer, tenantId: PLATFORM_TENANT, kind: 'edit_policy', reason },
          assessment: assessed.value,
          title: `${does} approval policy ${terms.name}`,
          parameters: { request: { reason, policy: terms.name }, policy: terms },
          payload: { policy: terms.name, version: terms.base + 1 },
        }),
      )
    },
  )
}
