'use server'

import { z } from 'zod'
import { readNotices } from '#lib/onboarding/read-notices.ts'
import { action } from '#lib/web/action.ts'
import { findForPalette } from './find-for-palette.ts'

export const readNoticesAction = action(z.strictObject({}), 'self', readNotices)

export const findAction = action(
  z.strictObject({ query: z.string().trim().min(1).max(100) }),
  'self',
  findForPalette,
)
