import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { APPLIERS } from '#lib/flux/applier.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import type { Running } from '#lib/testing/retirements.ts'
import { rollbacks } from '#lib/testing/rollbacks.ts'
import { operateService } from '../operate-service.ts'
import { sweepCluster } from '../sweep-cluster.ts'

const TEMPLATE = 'node-http-service-helm'
const CHART = 'deploy/chart/templates/deployment.yaml'
const { apiVersion, kind } = APPLIERS.HelmRelease

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

type Row = {
  status: string
  revision: string | null
  message: string
  code: string
  whose: string
}

/** What the product last saw of the release. */
async function seenOf({ id }: Running): Promise<Row | undefined> {
  const [row] = await parts.rows<Row>(
    `select o.status, o.applied_revision as revision, o.message, o.code, o.whose from flux_object o join service_instance i on i.id = o.instance_id
     where i.service_id = $1 and o.kind = 'HelmRelease'`,
    id,
  )
  return row
}

/** Looks until what is seen of the release is as it should be. */
async function settled(service: Running, is: (row: Row) => boolean): Promise<Row> {
  let row: Row | undefined
  await until('the release is as it should be', 90, async () => {
    await at.seen()
    row = await seenOf(service)
    return row !== undefined && is(row)
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(row)}`)
  })
  if (!row) throw new Error('nothing was seen')
  return row
}

const atCommit = (commit: string) => (row: Row) =>
  row.status === 'ready' && row.revision === `sha1:${commit}`

const releaseOf = ({ namespace, name }: Running) =>
  real.admin.read({ apiVersion, kind, metadata: { name, namespace } })
const deploymentOf = ({ namespace, name }: Running) =>
  real.admin.read({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace } })

async function acted(service: Running, act: 'reconcile' | 'suspend' | 'resume'): Promise<void> {
  const answer = await operateService(parts.organisation.platform, at.ada, {
    ...{ serviceId: service.id, environment: 'dev', kind: act, reason: 'a look' },
    hours: act === 'suspend' ? 1 : null,
  } as Parameters<typeof operateService>[2])
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
}

test('real Flux releases the chart of a service, says what a broken one lacks, is held and let go, and leaves nothing', async () => {
  const service = await at.running('released', 1, TEMPLATE)
  const first = await at.headOf(service)
  await settled(service, atCommit(first))
  expect((await releaseOf(service))?.spec).toMatchObject({
    storageNamespace: service.namespace,
    targetNamespace: service.namespace,
    serviceAccountName: 'flux',
  })
  expect((await deploymentOf(service))?.spec).toMatchObject({ replicas: 1 })

  const broken = await at.changed(service, CHART, (text) => text.replace('.Values.image', '.Valu'))
  await at.poked(service)
  const told = await settled(service, (row) => /failing|stalled/.test(row.status))
  expect(told).toMatchObject({ whose: 'yours' })
  expect(told.message).toMatch(/Helm upgrade failed|Valu/)

  const mended = await at.changed(service, CHART, (text) =>
    text.replace('.Valu ', '.Values.image '),
  )
  expect(mended).not.toBe(broken)
  await at.poked(service)
  await settled(service, atCommit(mended))

  await acted(service, 'suspend')
  await settled(service, ({ status }) => status === 'suspended')
  await acted(service, 'resume')
  await settled(service, atCommit(mended))
  await acted(service, 'reconcile')
  await settled(service, atCommit(mended))

  const { changeId } = await at.begun(service, { commit: first })
  await at.closed(changeId)
  await settled(service, atCommit(first))

  const gone = await at.retired(service)
  await at.closed(gone.changeId)
  const { namespace: name } = service
  await until('the namespace is gone', 60, async () => {
    const metadata = { name }
    return (await real.admin.read({ apiVersion: 'v1', kind: 'Namespace', metadata })) === null
  })
}, 400_000)

/** Fields of the release's spec that somebody changed with an editor. */
async function edited(service: Running, spec: Record<string, unknown>): Promise<void> {
  const release = await releaseOf(service)
  if (!release) throw new Error('no release')
  await real.admin.edit(release, { spec }, 'kubectl-edit')
}

test('a release that was edited by hand is put back, and one that is to be left running is let go by real Flux', async () => {
  const service = await at.running('kept', 1, TEMPLATE)
  const approved = (await releaseOf(service))?.spec
  await edited(service, { timeout: '17s' })
  const [cluster] = await parts.rows<{ id: string }>(`select id from cluster`)
  await sweepCluster(at.hand, cluster?.id ?? '')
  const found = await parts.rows<{ drift: string }>(
    `select drift from drift_finding where kind = 'HelmRelease' and name = $1`,
    service.name,
  )
  expect(found).toEqual([{ drift: 'edited' }])
  await until('it is put back', 60, async () => {
    return isDeepStrictEqual((await releaseOf(service))?.spec, approved)
  })

  const before = await deploymentOf(service)
  const change = await at.retired(service, 'orphan')
  await at.closed(change.changeId)
  expect(await releaseOf(service)).toBeNull()
  expect((await deploymentOf(service))?.metadata.uid).toBe(before?.metadata.uid)
}, 200_000)
