import { z } from 'zod'

/** Every job the worker knows and the ids it carries: the row is the truth, a job only says "look". */
export const JOB_KINDS = {
  /** Take a run as far as it goes now. */
  'run.advance': z.object({ runId: z.string() }),
  /** Work on the due targets of one fan-out step. */
  'run.targets': z.object({ runId: z.string(), ordinal: z.number().int() }),
  /** Hand one outbox row to its channel. */
  'delivery.send': z.object({ deliveryId: z.string() }),
  /** Look at one cluster: reachable, versions, Flux objects. */
  'cluster.observe': z.object({ clusterId: z.string() }),
  /** Start changes that may start, and expire those past their time. */
  'change.start': z.object({ changeId: z.string() }),
} as const

export type JobKind = keyof typeof JOB_KINDS
export type JobArgs<K extends JobKind> = z.infer<(typeof JOB_KINDS)[K]>

/** How long a worker may be silent before its job is given to another, seconds (pg-boss's least is 10). */
export const HEARTBEAT_SECONDS = 10

type QueueSettings = { policy: 'stately'; retryLimit: number; retryDelayMax: number }

/** Per kind: `stately` keeps at most one waiting and one running job per key. */
export const QUEUE_SETTINGS: Record<JobKind, QueueSettings> = {
  'run.advance': { policy: 'stately', retryLimit: 10_000, retryDelayMax: 30 },
  'run.targets': { policy: 'stately', retryLimit: 10_000, retryDelayMax: 30 },
  'delivery.send': { policy: 'stately', retryLimit: 50, retryDelayMax: 600 },
  'cluster.observe': { policy: 'stately', retryLimit: 0, retryDelayMax: 30 },
  'change.start': { policy: 'stately', retryLimit: 10_000, retryDelayMax: 30 },
}
