'use server'

import { EndSessions, endSessions } from '#lib/onboarding/end-sessions.ts'
import { action } from '#lib/web/action.ts'

export const endSessionsAction = action(EndSessions, 'self', endSessions)
