import { z } from 'zod'
import { record } from '#lib/audit/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { retryFailed } from '#lib/jobs/store.ts'
import { err, ok, type Result } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export const JobRef = z.strictObject({ queue: z.string().max(60), id: z.uuid() })

/** Gives a failed job another try. Jobs carry ids only and look at the rows again, so a try too many changes nothing. */
export async function retryJob(
  platform: Platform,
  viewer: Viewer,
  { queue, id }: z.output<typeof JobRef>,
): Promise<Result<{ queue: string }, { code: 'job_not_found' }>> {
  return platform.transact(
    viewer,
    { reason: 'job retried', as: 'stairway_admin', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ queue: string }, { code: 'job_not_found' }>> => {
      if (!(await retryFailed(tx, queue, id))) return err({ code: 'job_not_found' })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'job.retried',
        subject: id,
        payload: { queue },
      })
      return ok({ queue })
    },
  )
}
