import { workerConfig } from '#lib/runtime/config.ts'
import { createWorkerPlatform } from '#lib/runtime/worker-platform.ts'
import { serveJobs } from './handlers.ts'
import { startHealth } from './health.ts'
import { startSchedule } from './schedule.ts'
import { startWatches } from './watches.ts'

const { platform, log, close } = await createWorkerPlatform()
const config = workerConfig()
await serveJobs(platform)
const stopSchedule = startSchedule(platform)
const stopWatches = startWatches(platform)
const health = await startHealth(platform, {
  port: config.WORKER_PORT,
  metricsToken: config.METRICS_TOKEN,
})
log.info({ worker: platform.worker, port: config.WORKER_PORT }, 'worker is up')

let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) return
    stopping = true
    stopSchedule()
    health.close()
    Promise.all([stopWatches(), close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, 'stopping failed')
        process.exit(1)
      },
    )
  })
}
