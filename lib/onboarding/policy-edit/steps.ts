import { record } from '#lib/audit/store.ts'
import { putInForce } from '#lib/changes/policy-store.ts'
import { updateChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { advanceChange } from '../advance-change.ts'
import type { RunContext, SingleStep, Step } from '../steps/step.ts'

/** Puts the approved text in force and closes the change, in one commit. */
const activatePolicy: SingleStep = {
  kind: 'single',
  name: 'activate_policy',
  title: 'Put the policy in force',
  async perform(platform, run) {
    const terms = run.policy
    if (!terms) throw new Error(`run ${run.runId} has no policy`)
    const { name, ends } = terms
    const version = ends ? terms.base : terms.base + 1
    return {
      kind: 'done',
      async commit(tx) {
        const by = { proposedBy: run.requesterId, approvedBy: await approverOf(tx, run) }
        const policyId = await putInForce(tx, { ...terms, ...by })
        if (!policyId) throw new Error(`policy ${name} moved since its change started`)
        await updateChange(tx, run.changeId, { closeCode: 'successful' })
        await advanceChange(platform, tx, {
          changeId: run.changeId,
          events: ['verify', 'close'],
          reason: ends
            ? `policy ${name} is not in force any more`
            : `policy ${name} ${version} is in force`,
          notice: 'change.policy_in_force',
          payload: { policy: name, version },
        })
        await record(tx, {
          tenant: PLATFORM_TENANT,
          action: ends ? 'policy.ended' : 'policy.activated',
          subject: policyId,
          payload: { policy: name, version, change: run.changeNumber, plan: run.planHash, ...by },
        })
        return { version }
      },
    }
  },
}

/** Who gave the last approval of the run's plan. */
async function approverOf(tx: Transaction, run: RunContext): Promise<string> {
  const [row] = await tx.$queryRaw<{ by: string }[]>`
    select d.decider_id as by from decision d where d.change_id = ${run.changeId} and d.plan_hash = decode(${run.planHash}, 'hex') and d.verdict = 'approve'
    order by d.decided_at desc limit 1`
  if (!row) throw new Error(`nobody approved the plan of run ${run.runId}`)
  return row.by
}

export const POLICY_STEPS: readonly Step[] = [activatePolicy]
