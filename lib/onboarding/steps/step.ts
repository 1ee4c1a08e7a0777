import type { Transaction } from '#lib/db/client.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import type { StepOutcome } from '#lib/runs/state.ts'
import type { ClaimedTarget } from '#lib/runs/target-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/** Everything a step may know of its run: loaded once per claim, from rows only. */
export type RunContext = {
  runId: string
  tenantId: string
  tenantSlug: string
  gitOrg: string
  changeId: string
  changeNumber: number
  title: string
  planHash: string
  rendererVersion: string
  requesterId: string
  /** Name and e-mail of the requester, for the commit message. */
  requesterName: string
  requesterEmail: string
  /** When the last approval was given (or the pre-authorisation sealed): the commit's time. */
  approvedAt: Date
  serviceId: string | null
  request: RequestService
  /** What earlier steps learned, by step name. */
  facts: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Done, plus what must be written in the same commit as the step's own row; its answer joins the step's facts. */
export type Performed = StepOutcome & {
  commit?: (tx: Transaction) => Promise<Record<string, unknown> | undefined>
}

export type SingleStep = {
  kind: 'single'
  name: string
  title: string
  perform(platform: WorkerPlatform, run: RunContext): Promise<Performed>
}

/** A step with one row per target; targets are performed concurrently and settled each by itself. */
export type FanOutStep = {
  kind: 'fan_out'
  name: string
  title: string
  performTarget(
    platform: WorkerPlatform,
    run: RunContext,
    target: ClaimedTarget,
  ): Promise<TargetPerformed>
}

export type TargetPerformed = StepOutcome & {
  log?: string
  commit?: (tx: Transaction) => Promise<void>
}

/** A step of a run: an ensure, safe to repeat. */
export type Step = SingleStep | FanOutStep
