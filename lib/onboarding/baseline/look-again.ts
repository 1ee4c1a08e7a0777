import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { lockChange } from '#lib/changes/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { appendLog, lockRun } from '#lib/runs/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RunRef } from '../decide-change.schema.ts'

export type LookAgainError = { code: 'run_not_found' } | { code: 'run_not_live'; state: string }

/** Has the worker look at once whether a baseline that is waited for is applied. */
export async function lookAgain(
  platform: Platform,
  viewer: Viewer,
  { runId }: RunRef,
): Promise<Result<{ asked: true }, LookAgainError>> {
  return platform.transact(
    viewer,
    { reason: 'look at the baseline', tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<{ asked: true }, LookAgainError>> => {
      const run = await lockRun(tx, runId)
      const change = run && (await lockChange(tx, run.changeId))
      if (change?.kind !== 'cluster_baseline' || !mayIn(viewer, 'run.operate', run?.tenantId ?? ''))
        return err({ code: 'run_not_found' })
      if (!run || !['running', 'waiting'].includes(run.state))
        return err({ code: 'run_not_live', state: run?.state ?? '' })
      await platform.queue.enqueue(tx, 'run.advance', { runId }, { key: runId })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'baseline.looked_at',
        subject: runId,
        payload: { change: change.number },
      })
      await appendLog(tx, runId, [{ text: `${viewer.name} asked for a look at once` }])
      return ok({ asked: true })
    },
  )
}
