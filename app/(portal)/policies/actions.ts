'use server'

import {
  PreviewEntitlements,
  PreviewPolicy,
  ProposeEntitlements,
  ProposePolicy,
} from '#lib/onboarding/policy-edit/edit-policy.schema.ts'
import {
  PreviewStandard,
  ProposeStandard,
} from '#lib/onboarding/policy-edit/edit-standard.schema.ts'
import { previewPolicy } from '#lib/onboarding/policy-edit/preview-policy.ts'
import {
  previewEntitlements,
  proposeEntitlements,
} from '#lib/onboarding/policy-edit/propose-entitlements.ts'
import { proposePolicy } from '#lib/onboarding/policy-edit/propose-policy.ts'
import { previewStandard, proposeStandard } from '#lib/onboarding/policy-edit/propose-standard.ts'
import {
  acceptRemoval,
  decideSource,
  proposeSource,
  readSourceNow,
  takeSourceAway,
} from '#lib/onboarding/sources/propose-source.ts'
import {
  AcceptRemoval,
  DecideSource,
  ProposeSource,
  ReadSource,
  RemoveSource,
} from '#lib/onboarding/sources/source.schema.ts'
import { action } from '#lib/web/action.ts'

export const previewEntitlementsAction = action(
  PreviewEntitlements,
  'platform.manage',
  previewEntitlements,
  'checks',
)
export const proposeEntitlementsAction = action(
  ProposeEntitlements,
  'platform.manage',
  proposeEntitlements,
)
export const previewPolicyAction = action(PreviewPolicy, 'platform.manage', previewPolicy, 'checks')
export const proposePolicyAction = action(ProposePolicy, 'platform.manage', proposePolicy)

export const proposeSourceAction = action(ProposeSource, 'platform.manage', proposeSource)
export const decideSourceAction = action(DecideSource, 'platform.manage', decideSource)
export const removeSourceAction = action(RemoveSource, 'platform.manage', takeSourceAway)
export const acceptRemovalAction = action(AcceptRemoval, 'platform.manage', acceptRemoval)
export const readSourceAction = action(ReadSource, 'platform.manage', readSourceNow)

export const previewStandardAction = action(
  PreviewStandard,
  'platform.manage',
  previewStandard,
  'checks',
)
export const proposeStandardAction = action(ProposeStandard, 'platform.manage', proposeStandard)
