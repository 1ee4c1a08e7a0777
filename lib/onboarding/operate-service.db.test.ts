import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createCluster } from '#lib/adapters/kubernetes/cluster.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import type { Viewer } from '#lib/viewer.ts'
import { OperateService } from './operate-service.schema.ts'
import { operateService } from './operate-service.ts'
import { requestService } from './request-service.ts'

let parts: RealParts
let worker: WorkerProcess
let ada: Viewer
let service: { id: string; name: string; namespace: string }

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  ada = await parts.organisation.viewer('ada.okafor')
  service = await running('operated')
}, 120_000)
afterEach(() => parts.fleetFaults([]))
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

async function running(name: string) {
  const request = aRequest(name, {
    targets: [{ environment: 'dev', cluster: parts.clusters[0]?.name ?? '' }],
  })
  const answer = await requestService(parts.organisation.platform, ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
  const { changeId } = answer.value
  await until('the change is closed', 60, async () => {
    const [row] = await parts.rows<{ state: string }>(
      `select state from change where id = $1`,
      changeId,
    )
    return row?.state === 'closed'
  })
  const [row] = await parts.rows<{ id: string; namespace: string }>(
    `select c.service_id as id, i.namespace from change c join service_instance i on i.service_id = c.service_id where c.id = $1`,
    changeId,
  )
  return { id: row?.id ?? '', namespace: row?.namespace ?? '', name }
}

async function kustomization() {
  const cluster = parts.clusters[0]
  if (!cluster) throw new Error('no cluster')
  const found = await createCluster({ ...cluster, id: cluster.name, maxInFlight: 4 }).read({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: service.namespace,
    name: service.name,
  })
  return {
    suspended: (found?.spec as { suspend?: boolean } | undefined)?.suspend,
    annotations: found?.metadata.annotations ?? {},
    handled: (found?.status as { lastHandledReconcileAt?: string } | undefined)
      ?.lastHandledReconcileAt,
  }
}

async function ask(fields: object) {
  const input = OperateService.parse({ serviceId: service.id, reason: 'a test', ...fields })
  return operateService(parts.organisation.platform, ada, input)
}

const last = async () =>
  (
    await parts.rows<{
      id: string
      kind: string
      state: string
      detail: string | null
      by: string
    }>(
      `select a.id, a.kind, a.state, a.detail, a.asked_by as by from flux_action a join service_instance i on i.id = a.instance_id where i.service_id = $1 order by a.asked_at desc limit 1`,
      service.id,
    )
  )[0]

const over = (state: string) =>
  until(`the act is ${state}`, 30, async () => (await last())?.state === state)

test('a reconcile that was asked for is handled by Flux, and audited', async () => {
  expect(await ask({ kind: 'reconcile' })).toEqual({ ok: true, value: { instances: 1 } })
  await over('done')
  const { annotations } = await kustomization()
  const token = annotations['reconcile.fluxcd.io/requestedAt']
  expect(token).toBeDefined()
  await until('Flux handled it', 20, async () => (await kustomization()).handled === token)
  const events = await parts.rows(
    `select 1 from audit_event where action = 'service.reconcile_asked' and subject = $1`,
    service.id,
  )
  expect(events).toHaveLength(1)
})

test('suspended, it says by whom; a reconcile is refused with the reason; resumed, it runs again', async () => {
  await ask({ kind: 'suspend', hours: 2 })
  await over('done')
  expect(await kustomization()).toMatchObject({
    suspended: true,
    annotations: { 'stairway.internal/suspended-by': 'Ada Okafor' },
  })
  await ask({ kind: 'reconcile' })
  await over('failed')
  expect((await last())?.detail).toMatch(/^It is suspended/)
  await ask({ kind: 'resume' })
  await over('done')
  const after = await kustomization()
  expect(after.suspended ?? false).toBe(false)
  expect(after.annotations).not.toHaveProperty('stairway.internal/suspended-by')
})

test('a suspension ends by itself, by an act of its own', async () => {
  await ask({ kind: 'suspend', hours: 1 })
  await over('done')
  const suspension = await last()
  await parts.rows(
    `update flux_action set until = clock_timestamp() where id = $1 returning id`,
    suspension?.id,
  )
  await parts.rows(
    `update pgboss.job set start_after = now() where name = 'instance.act' and state < 'active' returning id`,
  )
  await until('it is resumed', 30, async () => (await kustomization()).suspended !== true)
  await over('done')
  expect(await last()).toMatchObject({ kind: 'resume', by: 'sys:worker' })
})

test('while the cluster is away the act waits and is done once it is back', async () => {
  await parts.fleetFaults([{ kind: 'unreachable' }])
  await ask({ kind: 'reconcile' })
  await until('it was tried', 30, async () => (await last())?.detail !== null)
  expect((await last())?.state).toBe('asked')
  await parts.fleetFaults([])
  await over('done')
})

test('of another tenant’s service, or of none, nothing is asked', async () => {
  const chen = await parts.organisation.viewer('chen.wei')
  const iris = await parts.organisation.viewer('iris.novak')
  const input = OperateService.parse({ kind: 'resume', serviceId: service.id, reason: 'a test' })
  for (const viewer of [chen, iris])
    expect(await operateService(parts.organisation.platform, viewer, input)).toEqual({
      ok: false,
      error: { code: 'service_not_found' },
    })
  expect(await ask({ kind: 'resume', environment: 'prod' })).toEqual({
    ok: false,
    error: { code: 'no_instance_there' },
  })
})

test.each([0, 721, 1.5])('a suspension of %d hours is refused', (hours) => {
  const asked = { kind: 'suspend', serviceId: 'svc', reason: 'a test', hours }
  expect(OperateService.safeParse(asked).success).toBe(false)
})
