import { randomUUID } from 'node:crypto'
import { type Trace, traced } from '#lib/db/trace.ts'
import type { JobArgs, JobKind } from '#lib/jobs/kinds.ts'
import type { WorkerQueue } from '#lib/jobs/queue.ts'
import { actOnInstance } from '#lib/onboarding/act-on-instance.ts'
import { surveyNamespace } from '#lib/onboarding/adoption/survey-namespace.ts'
import { advanceRun, resumeTargets } from '#lib/onboarding/advance-run.ts'
import { exportChains } from '#lib/onboarding/audit-export/export-chains.ts'
import { sendTest } from '#lib/onboarding/audit-export/send-test.ts'
import { sendChat } from '#lib/onboarding/chat/deliver-chat.ts'
import { sendChatTest } from '#lib/onboarding/chat/send-chat-test.ts'
import { deliver } from '#lib/onboarding/deliver.ts'
import { packEvidence } from '#lib/onboarding/evidence/pack-evidence.ts'
import { holdCluster } from '#lib/onboarding/freezes/hold-flux.ts'
import { syncLdap } from '#lib/onboarding/ldap/sync-ldap.ts'
import { lookOutside } from '#lib/onboarding/look-outside.ts'
import { observeCluster } from '#lib/onboarding/observe-cluster.ts'
import { rebuildCluster } from '#lib/onboarding/rebuild-cluster.ts'
import { repairTarget } from '#lib/onboarding/repair-target.ts'
import { readRecords } from '#lib/onboarding/servicenow/read-records.ts'
import { syncChange } from '#lib/onboarding/servicenow/sync-change.ts'
import { testLine } from '#lib/onboarding/servicenow/test-line.ts'
import { readSource } from '#lib/onboarding/sources/read-source.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { sweepCluster } from '#lib/onboarding/sweep-cluster.ts'
import { jobSeconds, jobsTotal } from '#lib/runtime/metrics.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Handlers = {
  [K in JobKind]: {
    concurrency: number
    run(platform: WorkerPlatform, args: JobArgs<K>): Promise<void>
  }
}

/** What each kind of job does: one command each. */
export const HANDLERS: Handlers = {
  'change.start': {
    concurrency: 3,
    run: (platform, { changeId }) => startChange(platform, changeId),
  },
  'run.advance': { concurrency: 6, run: (platform, { runId }) => advanceRun(platform, runId) },
  'run.targets': { concurrency: 4, run: (platform, at) => resumeTargets(platform, at) },
  'delivery.send': {
    concurrency: 2,
    run: (platform, { deliveryId }) => deliver(platform, deliveryId),
  },
  'cluster.observe': {
    concurrency: 2,
    run: (platform, { clusterId, asked }) => observeCluster(platform, clusterId, asked),
  },
  'instance.act': {
    concurrency: 4,
    run: (platform, { actionId }) => actOnInstance(platform, actionId),
  },
  'freeze.hold': {
    concurrency: 4,
    run: (platform, { clusterId }) => holdCluster(platform, clusterId),
  },
  'cluster.sweep': {
    concurrency: 1,
    run: (platform, { clusterId }) => sweepCluster(platform, clusterId),
  },
  'cluster.rebuild': {
    concurrency: 1,
    run: (platform, { rebuildId }) => rebuildCluster(platform, rebuildId),
  },
  'target.repair': {
    concurrency: 2,
    run: (platform, { repairId }) => repairTarget(platform, repairId),
  },
  'adoption.survey': {
    concurrency: 2,
    run: (platform, { surveyId }) => surveyNamespace(platform, surveyId),
  },
  'evidence.pack': {
    concurrency: 1,
    run: (platform, { changeId }) => packEvidence(platform, changeId),
  },
  'audit.export': {
    concurrency: 2,
    run: (platform, { destinationId }) => exportChains(platform, destinationId),
  },
  'audit.test': {
    concurrency: 1,
    run: (platform, { destinationId }) => sendTest(platform, destinationId),
  },
  'source.read': { concurrency: 2, run: (platform, { kind }) => readSource(platform, kind) },
  'directory.sync': {
    concurrency: 2,
    run: (platform, { directoryId }) => syncLdap(platform, directoryId),
  },
  'servicenow.sync': {
    concurrency: 4,
    run: (platform, { changeId }) => syncChange(platform, changeId),
  },
  'servicenow.read': {
    concurrency: 2,
    run: (platform, { tenantId }) => readRecords(platform, tenantId),
  },
  'servicenow.test': {
    concurrency: 1,
    run: (platform, { tenantId }) => testLine(platform, tenantId),
  },
  'chat.send': {
    concurrency: 2,
    run: (platform, { deliveryId }) => sendChat(platform, deliveryId),
  },
  'chat.test': {
    concurrency: 1,
    run: (platform, { tenantId }) => sendChatTest(platform, tenantId),
  },
  'names.look': { concurrency: 2, run: (platform, wanted) => lookOutside(platform, wanted) },
}

/** Serves every kind. */
export async function serveJobs(platform: WorkerPlatform & { queue: WorkerQueue }): Promise<void> {
  for (const kind of Object.keys(HANDLERS) as JobKind[]) await serve(platform, kind)
}

async function serve<K extends JobKind>(
  platform: WorkerPlatform & { queue: WorkerQueue },
  kind: K,
): Promise<void> {
  const { concurrency, run } = HANDLERS[kind]
  await platform.queue.serve(kind, concurrency, async (args) => {
    const stop = jobSeconds.startTimer({ kind })
    try {
      await traced({ request: `job-${randomUUID()}`, actor: 'sys:worker', ...idsOf(args) }, () =>
        run(platform, args),
      )
      jobsTotal.inc({ kind, outcome: 'done' })
    } catch (error) {
      jobsTotal.inc({ kind, outcome: 'failed' })
      traced(idsOf(args), () =>
        platform.log.error({ kind, args, error }, 'job failed; it is tried again'),
      )
      throw error
    } finally {
      stop()
    }
  })
}

function idsOf(args: object): Trace {
  const { changeId, runId, clusterId } = args as Record<string, string | undefined>
  return {
    ...(changeId ? { change: changeId } : {}),
    ...(runId ? { run: runId } : {}),
    ...(clusterId ? { cluster: clusterId } : {}),
  }
}
