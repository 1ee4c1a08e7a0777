import { z } from 'zod'
import { SOURCE_KINDS } from '#lib/entitlements/sources/kinds.ts'

/** Every job the worker knows and the ids it carries: the row is the truth, a job only says "look". */
export const JOB_KINDS = {
  /** Take a run as far as it goes now. */
  'run.advance': z.object({ runId: z.string() }),
  /** Work on the due targets of one fan-out step. */
  'run.targets': z.object({ runId: z.string(), ordinal: z.number().int() }),
  /** Hand one outbox row to its channel. */
  'delivery.send': z.object({ deliveryId: z.string() }),
  /** Look at one cluster: reachable, versions, Flux objects; look it through as well when somebody asked. */
  'cluster.observe': z.object({ clusterId: z.string(), asked: z.boolean().optional() }),
  /** Start changes that may start, and expire those past their time. */
  'change.start': z.object({ changeId: z.string() }),
  /** Do what was asked of an instance: reconcile, suspend, resume; or end a suspension. */
  'instance.act': z.object({ actionId: z.string() }),
  /** Suspend and resume on a cluster what freezes hold there. */
  'freeze.hold': z.object({ clusterId: z.string() }),
  /** Compare what stands on a cluster with what was approved. */
  'cluster.sweep': z.object({ clusterId: z.string() }),
  /** Prime a rebuilt or emptied cluster again, as far as that goes now. */
  'cluster.rebuild': z.object({ rebuildId: z.string() }),
  /** Put right what differs at one target. */
  'target.repair': z.object({ repairId: z.string() }),
  /** Survey a namespace that somebody wants to adopt. */
  'adoption.survey': z.object({ surveyId: z.string() }),
  /** Make the evidence pack that somebody asked for of a change. */
  'evidence.pack': z.object({ changeId: z.string() }),
  /** Send a destination what it has not acknowledged of the audit chains. */
  'audit.export': z.object({ destinationId: z.string() }),
  /** Send a destination the test that somebody asked for. */
  'audit.test': z.object({ destinationId: z.string() }),
  /** Read one source of facts. */
  'source.read': z.object({ kind: z.enum(SOURCE_KINDS) }),
  /** Read one directory by LDAP. */
  'directory.sync': z.object({ directoryId: z.string() }),
  /** Tell ServiceNow what it lacks of a change. */
  'servicenow.sync': z.object({ changeId: z.string() }),
  /** Read what ServiceNow says of a tenant's changes. */
  'servicenow.read': z.object({ tenantId: z.string() }),
  /** Try the line to a tenant's ServiceNow, as somebody asked. */
  'servicenow.test': z.object({ tenantId: z.string() }),
  /** Tell a tenant's chat channel what one outbox row says. */
  'chat.send': z.object({ deliveryId: z.string() }),
  /** Send a tenant's chat channel the test that somebody asked for. */
  'chat.test': z.object({ tenantId: z.string() }),
  /** Look whether names stand on the Git host and on clusters, while a form is filled. The names are no rows yet. */
  'names.look': z.object({
    repository: z.object({ org: z.string(), name: z.string() }).nullable(),
    namespaces: z.array(
      z.object({ clusterId: z.string(), cluster: z.string(), namespace: z.string() }),
    ),
    /** What lies between two commits of a repository. */
    commits: z
      .array(z.object({ org: z.string(), name: z.string(), base: z.string(), head: z.string() }))
      .optional(),
  }),
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
  'instance.act': { policy: 'stately', retryLimit: 50, retryDelayMax: 60 },
  'freeze.hold': { policy: 'stately', retryLimit: 0, retryDelayMax: 30 },
  'cluster.sweep': { policy: 'stately', retryLimit: 0, retryDelayMax: 30 },
  'cluster.rebuild': { policy: 'stately', retryLimit: 10_000, retryDelayMax: 30 },
  'target.repair': { policy: 'stately', retryLimit: 50, retryDelayMax: 60 },
  'adoption.survey': { policy: 'stately', retryLimit: 3, retryDelayMax: 30 },
  'evidence.pack': { policy: 'stately', retryLimit: 10_000, retryDelayMax: 30 },
  'audit.export': { policy: 'stately', retryLimit: 50, retryDelayMax: 60 },
  'audit.test': { policy: 'stately', retryLimit: 10, retryDelayMax: 30 },
  'source.read': { policy: 'stately', retryLimit: 3, retryDelayMax: 30 },
  'directory.sync': { policy: 'stately', retryLimit: 3, retryDelayMax: 30 },
  'servicenow.sync': { policy: 'stately', retryLimit: 50, retryDelayMax: 60 },
  'servicenow.read': { policy: 'stately', retryLimit: 0, retryDelayMax: 30 },
  'servicenow.test': { policy: 'stately', retryLimit: 10, retryDelayMax: 30 },
  'chat.send': { policy: 'stately', retryLimit: 50, retryDelayMax: 600 },
  'chat.test': { policy: 'stately', retryLimit: 10, retryDelayMax: 30 },
  'names.look': { policy: 'stately', retryLimit: 0, retryDelayMax: 30 },
}
