'use server'

import { z } from 'zod'
import { readNotices } from '#lib/onboarding/read-notices.ts'
import { action } from '#lib/web/action.ts'

export const readNoticesAction = action(z.strictObject({}), 'self', readNotices)
