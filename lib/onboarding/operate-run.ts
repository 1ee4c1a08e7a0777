import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { lockChange } from '#lib/changes/store.ts'
import { type IllegalTransition, transition } from '#lib/changes/transitions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import { appendLog, lockRun } from '#lib/runs/store.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { advanceChange } from './advance-change.ts'
import type { RunRef } from './decide-change.schema.ts'

export type OperateRunError =
  | { code: 'run_not_found' }
  | { code: 'run_not_live'; state: string }
  | IllegalTransition

/** Asks a live run to stop after the steps in flight. What is done stays. */
export async function cancelRun(
  platform: Platform,
  viewer: Viewer,
  { runId }: RunRef,
): Promise<Result<{ asked: true }, OperateRunError>> {
  return platform.transact(
    viewer,
    await runScope(platform, viewer, { runId, reason: 'cancel run' }),
    async (tx): Promise<Result<{ asked: true }, OperateRunError>> => {
      const run = await lockRun(tx, runId)
      if (!run || !mayIn(viewer, 'run.operate', run.tenantId)) return err({ code: 'run_not_found' })
      if (!['running', 'waiting'].includes(run.state))
        return err({ code: 'run_not_live', state: run.state })
      await tx.$executeRaw`update run set cancel_requested_at = clock_timestamp(), cancelled_by = ${viewer.id} where id = ${runId} and cancel_requested_at is null`
      await appendLog(tx, runId, [{ level: 'warn', text: `${viewer.name} asked to cancel` }])
      await platform.queue.enqueue(tx, 'run.advance', { runId }, { key: runId })
      await record(tx, {
        tenant: run.tenantId,
        action: 'run.cancel_asked',
        subject: runId,
        payload: { change: run.changeId },
      })
      return ok({ asked: true as const })
    },
  )
}

/** Goes on with a failed run: the failed step and its failed targets are tried again under the same approved plan; what is done is not repeated. */
export async function retryRun(
  platform: Platform,
  viewer: Viewer,
  { runId }: RunRef,
): Promise<Result<{ runId: string }, OperateRunError>> {
  return platform.transact(
    viewer,
    await runScope(platform, viewer, { runId, reason: 'retry run' }),
    async (tx): Promise<Result<{ runId: string }, OperateRunError>> => {
      const run = await lockRun(tx, runId)
      if (!run || !mayIn(viewer, 'run.operate', run.tenantId)) return err({ code: 'run_not_found' })
      const change = await lockChange(tx, run.changeId)
      const next = transition(change?.state ?? '', 'retry')
      if (!next.ok) return next
      if (!['failed', 'cancelled'].includes(run.state))
        return err({ code: 'run_not_live', state: run.state })
      await tx.$executeRaw`update step_target set state = 'pending', attempts = 0, error = null, available_at = clock_timestamp() where run_id = ${runId} and state in ('failed','cancelled')`
      await tx.$executeRaw`update step set state = 'pending', attempts = 0, error = null, lease_until = null, started_at = null, finished_at = null where run_id = ${runId} and state in ('failed','cancelled','running','waiting')`
      await tx.$executeRaw`update run set state = 'running', finished_at = null, cancel_requested_at = null where id = ${runId}`
      await platform.queue.enqueue(tx, 'run.advance', { runId }, { key: runId })
      await advanceChange(platform, tx, {
        changeId: run.changeId,
        events: ['retry'],
        reason: `retried by ${viewer.name}`,
        payload: { run: runId },
      })
      await appendLog(tx, runId, [{ text: `${viewer.name} retried what failed` }])
      return ok({ runId })
    },
  )
}

/** Platform operators act in the tenant of the run, or of the change. */
export async function runScope(
  platform: Platform,
  viewer: Viewer,
  { reason, ...of }: { reason: string } & ({ runId: string } | { changeId: string }),
): Promise<{ reason: string; tenants?: string[] }> {
  if (!viewer.roles[PLATFORM_TENANT]?.includes('admin')) return { reason }
  const select = { tenant_id: true } as const
  const rows = await platform.read(viewer, (tx) =>
    'runId' in of
      ? tx.run.findMany({ where: { id: of.runId }, select })
      : tx.change.findMany({ where: { id: of.changeId }, select }),
  )
  return rows[0] ? { reason, tenants: [rows[0].tenant_id] } : { reason }
}
