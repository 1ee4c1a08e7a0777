'use server'

import { PreviewPolicy, ProposePolicy } from '#lib/onboarding/policy-edit/edit-policy.schema.ts'
import { previewPolicy } from '#lib/onboarding/policy-edit/preview-policy.ts'
import { proposePolicy } from '#lib/onboarding/policy-edit/propose-policy.ts'
import { action } from '#lib/web/action.ts'

export const previewPolicyAction = action(PreviewPolicy, 'platform.manage', previewPolicy, 'checks')
export const proposePolicyAction = action(ProposePolicy, 'platform.manage', proposePolicy)
