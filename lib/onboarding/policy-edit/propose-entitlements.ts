import { mayIn } from '#lib/auth/permissions.ts'
import { holdPolicy, openEditOf } from '#lib/changes/policy-store.ts'
import type { EntitlementReplay } from '#lib/entitlements/replay.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type AskedChange, sealChange } from '../seal-change.ts'
import { assessEntitlements, type EntitlementEditError, replayText } from './assess-entitlements.ts'
import type { PreviewEntitlements, ProposeEntitlements } from './edit-policy.schema.ts'
import type { ProposePolicyError } from './propose-policy.ts'

/** Requests that are asked again while somebody waits, and when the change is asked for. The worker asks ten thousand before the text comes into force. */
const WHILE_ONE_WAITS = 200
const WHEN_ASKED = 500

export type EntitlementPreview = {
  planHash: string
  band: string
  loosened: string[]
  stages: string[]
  unfillable: string[]
  replay: EntitlementReplay
}

/** What another text of the entitlement policy would do, before anybody is asked. Reads only. */
export async function previewEntitlements(
  platform: Platform,
  viewer: Viewer,
  { text }: PreviewEntitlements,
): Promise<Result<EntitlementPreview, EntitlementEditError>> {
  const replayed = await replayText(platform, viewer, { text, most: WHILE_ONE_WAITS })
  if (!replayed.ok) return replayed
  const replay = replayed.value
  const assessed = await platform.read(viewer, (tx) =>
    assessEntitlements(tx, { text, replay, barred: [viewer.id] }),
  )
  const { plan, risk, loosened, stages, unfillable } = assessed
  const names = stages.map(({ name }) => name)
  return ok({ planHash: plan.hash, band: risk.band, loosened, stages: names, unfillable, replay })
}

/** Asks that the entitlement policy becomes another text: a change like any other. A text that errs on the last requests is refused here already. */
export async function proposeEntitlements(
  platform: Platform,
  viewer: Viewer,
  { text, reason, planHash }: ProposeEntitlements,
): Promise<Result<AskedChange, ProposePolicyError | EntitlementEditError>> {
  if (!mayIn(viewer, 'platform.manage', PLATFORM_TENANT)) return err({ code: 'policy_not_found' })
  const replayed = await replayText(platform, viewer, { text, most: WHEN_ASKED })
  if (!replayed.ok) return replayed
  const replay = replayed.value
  if (replay.broken.length > 0) return err({ code: 'policy_breaks', problems: replay.broken })
  return platform.transact(
    viewer,
    { reason, tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<AskedChange, ProposePolicyError | EntitlementEditError>> => {
      await holdPolicy(tx, 'Entitlements')
      const open = await openEditOf(tx, 'Entitlements')
      if (open) return err({ code: 'policy_asked_already', number: open })
      const assessment = await assessEntitlements(tx, { text, replay, barred: [viewer.id] })
      const { terms, plan, unfillable } = assessment
      if (unfillable.length > 0) return err({ code: 'nobody_to_approve', stages: unfillable })
      if (plan.hash !== planHash) return err({ code: 'policy_moved' })
      const version = terms.base + 1
      const sealed = await sealChange(platform, tx, {
        ...{ viewer, tenantId: PLATFORM_TENANT, kind: 'edit_policy', reason, assessment },
        title: `Version ${version} of the entitlement policy`,
        parameters: { request: { reason, policy: terms.name }, policy: terms },
        payload: { policy: terms.name, version, replayed: replay.looked, differ: replay.differ },
      })
      return ok(sealed)
    },
  )
}
