import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { openWorkerQueue } from '#lib/jobs/queue.ts'
import { advanceRun, resumeTargets } from '#lib/onboarding/advance-run.ts'
import { observeCluster } from '#lib/onboarding/observe-cluster.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { type InProcessWorker, inProcessWorker } from './in-process-worker.ts'
import type { RealParts } from './real-parts.ts'

/** A worker in the test's own process that serves the jobs of runs by itself; the test may step in before any call to a cluster. */
export async function servingWorker({
  organisation,
  gitUrl,
}: RealParts): Promise<Pick<InProcessWorker, 'before' | 'close' | 'platform'>> {
  const worker = inProcessWorker(organisation)
  const host = { apiUrl: gitUrl, token: 'token', writesPerMinute: 100_000 }
  const queue = await openWorkerQueue(organisation.database.workerUrl, 4)
  const sourceHost = createGithubSourceHost(host)
  const platform = { ...worker.platform, sourceHost, queue } as WorkerPlatform
  await queue.serve('change.start', 2, ({ changeId }) => startChange(platform, changeId))
  await queue.serve('run.advance', 3, ({ runId }) => advanceRun(platform, runId))
  await queue.serve('run.targets', 3, (at) => resumeTargets(platform, at))
  await queue.serve('cluster.observe', 1, ({ clusterId, asked }) =>
    observeCluster(platform, clusterId, asked),
  )
  return {
    platform,
    before: worker.before,
    async close() {
      await queue.stop()
      await worker.close()
    },
  }
}
