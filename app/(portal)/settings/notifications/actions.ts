'use server'

import { PreferNotices } from '#lib/onboarding/digest/prefer-notices.schema.ts'
import { preferNotices } from '#lib/onboarding/digest/prefer-notices.ts'
import { action } from '#lib/web/action.ts'

export const preferNoticesAction = action(PreferNotices, 'self', preferNotices)
