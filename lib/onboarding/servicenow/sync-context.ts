import type { ServiceNow } from '#lib/ports/servicenow.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { FollowedChange, TakenChange } from '#lib/servicenow/change-store.ts'
import type { OpenLine } from '#lib/servicenow/line-store.ts'
import type { SnowMode } from '#lib/servicenow/moves.ts'

/** Scope of what the worker does with ServiceNow. */
export const SCOPE = { actor: 'sys:worker', tenants: [], reason: 'servicenow' }

export type SyncLimits = {
  /** For how long a change is held without a sign of life; longer than one call may take. */
  leaseSeconds: number
  /** How long a creation whose answer was lost may still come about: ServiceNow ends a REST transaction after 60 seconds by itself. */
  settleSeconds: number
}

/** What a sync works with. */
export type Sync = {
  platform: WorkerPlatform
  taken: TakenChange
  change: FollowedChange
  line: OpenLine & { mode: SnowMode }
  instance: ServiceNow
  limits: SyncLimits
}

/** A newer fence is out: whoever meets this writes nothing more. */
export class Lost extends Error {}

/** It goes on later; what is wrong with the change itself, if anything is. */
export class Later extends Error {
  readonly afterSeconds: number
  readonly said: string | null
  constructor(
    said: string | null,
    { afterSeconds, ...options }: { afterSeconds: number } & ErrorOptions,
  ) {
    super(said ?? 'later', options)
    this.afterSeconds = afterSeconds
    this.said = said
  }
}
