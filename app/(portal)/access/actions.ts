'use server'

import {
  KeepAccess,
  RemoveAccess,
  SetReviewDays,
} from '#lib/onboarding/access/review-access.schema.ts'
import { keepAccess, removeAccess, setReviewDays } from '#lib/onboarding/access/review-access.ts'
import { action } from '#lib/web/action.ts'

export const keepAccessAction = action(KeepAccess, 'access.attest', keepAccess)

export const removeAccessAction = action(RemoveAccess, 'access.attest', removeAccess)

export const setReviewDaysAction = action(SetReviewDays, 'platform.manage', setReviewDays)
