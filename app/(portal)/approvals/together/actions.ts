'use server'

import { ApproveTogether } from '#lib/onboarding/together/approve-together.schema.ts'
import { approveTogether } from '#lib/onboarding/together/approve-together.ts'
import { action } from '#lib/web/action.ts'

export const approveTogetherAction = action(ApproveTogether, 'change.decide', approveTogether)
