'use server'

import { JobRef, retryJob } from '#lib/onboarding/retry-job.ts'
import { action } from '#lib/web/action.ts'

export const retryJobAction = action(JobRef, 'platform.manage', retryJob)
