import type { Transaction } from '#lib/db/client.ts'
import type { BaselineTerms } from '#lib/onboarding/baseline/ask-baseline.schema.ts'
import type { PolicyTerms } from '#lib/onboarding/policy-edit/edit-policy.schema.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import type { RetirementTerms } from '#lib/onboarding/retirement/retire-service.schema.ts'
import type { RollbackTerms } from '#lib/onboarding/rollback/roll-back.schema.ts'
import type { StepOutcome, Trouble } from '#lib/runs/state.ts'
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
  /** Of the change: it says which steps the run has. */
  kind: string
  title: string
  planHash: string
  rendererVersion: string
  /** Who submitted the revision that runs: whoever asked, or edited it last. */
  requesterId: string
  /** Name and e-mail of the requester, for the commit message. */
  requesterName: string
  requesterEmail: string
  /** When the last approval was given (or the pre-authorisation sealed): the commit's time. */
  approvedAt: Date
  serviceId: string | null
  /** What was asked for; of a retirement or rollback, how the service was asked for, on the targets that it is about. */
  request: RequestService | null
  retirement: RetirementTerms | null
  rollback: RollbackTerms | null
  /** Of a change to a cluster's baseline, which has no request for a service. */
  baseline: BaselineTerms | null
  /** Of a change to an approval policy, which has no request for a service either. */
  policy: PolicyTerms | null
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
  perform(platform: WorkerPlatform, run: RunContext): Promise<SinglePerformed>
}

export type SinglePerformed = Performed & {
  /** A wait that is no failed try gives its attempt back. */
  paced?: boolean
  /** A wait of which the log says nothing new. */
  quiet?: boolean
}

/** The request that a run is about; throws for a run that is about no service. */
export function requestOf({
  runId,
  request,
}: Pick<RunContext, 'runId' | 'request'>): RequestService {
  if (!request) throw new Error(`run ${runId} is about no service`)
  return request
}

/** A step with one row per target; targets are performed concurrently and settled each by itself. */
export type FanOutStep = {
  kind: 'fan_out'
  name: string
  title: string
  /** Reads in few queries what the claimed targets need; the answer performs one of them. What this throws counts for each. */
  prepareTargets(
    platform: WorkerPlatform,
    run: RunContext,
    targets: readonly ClaimedTarget[],
  ): Promise<PerformTarget>
}

export type PerformTarget = (target: ClaimedTarget) => Promise<TargetPerformed>

export type TargetPerformed = StepOutcome & {
  log?: string
  /** A wait that is no failed try gives its attempt back. */
  paced?: boolean
  /** Of a wait: whose move it is, where that is known; else it heals by itself. */
  held?: Trouble
  commit?: (tx: Transaction) => Promise<void>
}

/** A step of a run: an ensure, safe to repeat. */
export type Step = SingleStep | FanOutStep
