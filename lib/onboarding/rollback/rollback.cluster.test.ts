import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '#lib/testing/postgres.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { rollbacks } from '#lib/testing/rollbacks.ts'
import { sweepCluster } from '../sweep-cluster.ts'

let real: RealCluster
let database: Awaited<ReturnType<typeof startTestServer>>
let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof rollbacks>>

beforeAll(async () => {
  real = await realCluster()
  database = await startTestServer()
  const { endpoint, caPem, token } = real.access
  parts = await realParts(database.server, [{ name: 'dev-eu-1', endpoint, caPem, token }])
  worker = await parts.startWorker()
  at = await rollbacks(parts)
}, 240_000)
afterAll(async () => {
  await worker?.kill()
  await at?.close()
  await parts?.close()
  await database?.stop()
})

/** What the running Deployment keeps, as the cluster's administrator reads it: the hub may not read one by name. */
const keeps = async ({ namespace, name }: { namespace: string; name: string }) => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } }
  const spec = (await real.admin.read(deployment))?.spec as { revisionHistoryLimit?: number }
  return spec.revisionHistoryLimit
}
const refOf = async ({ namespace, name }: { namespace: string; name: string }) => {
  const apiVersion = 'source.toolkit.fluxcd.io/v1'
  const metadata = { name, namespace }
  const spec = (await real.admin.read({ apiVersion, kind: 'GitRepository', metadata }))?.spec
  return (spec as { ref?: object }).ref
}

test('real Flux goes back to the recorded commit, stays there while the branch moves on, and follows again', async () => {
  const service = await at.running('back')
  const first = await at.headOf(service)
  await at.seen()
  const second = await at.pushed(service, 4)
  await at.delivered(service, second)
  expect(await keeps(service)).toBe(4)

  const { changeId } = await at.begun(service, { commit: first })
  await at.closed(changeId)
  expect(await at.runs(service)).toBe(`main@sha1:${first}`)
  expect(await keeps(service)).toBe(3)

  const third = await at.pushed(service, 5)
  await at.poked(service)
  await at.delivered(service, first)
  const [cluster] = await parts.rows<{ id: string }>(
    `select id from cluster where name = $1`,
    'dev-eu-1',
  )
  await sweepCluster(at.hand, cluster?.id ?? '')
  const findings = await parts.rows(
    `select kind, name, drift from drift_finding where resolved_at is null`,
  )
  expect(findings).toEqual([])
  expect(await refOf(service)).toEqual({ branch: 'main', commit: first })
  expect(await keeps(service)).toBe(3)

  const follow = await at.begun(service, { commit: null })
  await at.closed(follow.changeId)
  expect(await refOf(service)).toEqual({ branch: 'main' })
  expect(await at.runs(service)).toBe(`main@sha1:${third}`)
  expect(await keeps(service)).toBe(5)
}, 300_000)
