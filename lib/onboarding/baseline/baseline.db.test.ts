import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { readChange } from '#lib/changes/page-queries.ts'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { renderBaseline } from '#lib/flux/baseline/render-baseline.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { readRun } from '#lib/runs/queries.ts'
import { type AskedBaseline, baselines } from '#lib/testing/baselines.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { retirements } from '#lib/testing/retirements.ts'
import { closeFailedChange } from '../close-failed-change.ts'
import { decideChange } from '../decide-change.ts'
import { retryRun } from '../operate-run.ts'
import { withdrawChange } from '../withdraw-change.ts'
import { askBaseline } from './ask-baseline.ts'
import { previewBaseline, readBaseline } from './preview-baseline.ts'
import { readManifest } from './read-manifest.ts'

const ADMISSION = 'admissionregistration.k8s.io/v1'
const VERSION = renderBaseline().hash.slice(0, 12)

let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof baselines>>
let services: Awaited<ReturnType<typeof retirements>>

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  at = await baselines(parts)
  services = await retirements(parts)
}, 120_000)
afterEach(async () => {
  await parts.fleetFaults([])
})
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

const policy = (name: string): KubernetesObject => ({
  apiVersion: ADMISSION,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
})
const binding = (name: string): KubernetesObject => ({
  ...policy(name),
  kind: 'ValidatingAdmissionPolicyBinding',
})
const ROLE: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'flux-tenant-reconciler' },
}
const ours = (kind: string, name: string) => {
  const found = renderBaseline().objects.find(
    (object) => object.kind === kind && object.metadata.name === name,
  )
  if (!found) throw new Error(`no ${kind} ${name} in the baseline`)
  return found
}

test('it is planned from what was read, and asked by who manages the fleet only', async () => {
  const { platform, viewer } = parts.organisation
  const ada = await viewer('ada.okafor')
  await at.read(1)
  const seen = await previewBaseline(platform, at.grace, at.named(1))
  expect(seen?.items.map(({ action }) => action)).toEqual([...Array(9).fill('keep'), 'alter'])
  expect(seen?.stages).toEqual([{ name: 'Platform approval', who: 2 }])
  expect(await previewBaseline(platform, ada, at.named(1))).toBeNull()
  const clusterId = await at.clusterId(1)
  const input = { clusterId, planHash: seen?.planHash ?? '', reason: 'because' }
  expect(await askBaseline(platform, ada, input)).toMatchObject({
    error: { code: 'cluster_not_found' },
  })
  const stale = await askBaseline(platform, at.grace, { ...input, planHash: '0'.repeat(64) })
  expect(stale).toMatchObject({ error: { code: 'baseline_stands_otherwise' } })
  const unread = await askBaseline(platform, at.grace, {
    ...input,
    clusterId: (await unreadCluster()) ?? '',
  })
  expect(unread).toMatchObject({ error: { code: 'baseline_not_read' } })
})

test('one change at a time, seen by no tenant, decided by others than who asked, and taken back by them', async () => {
  const { platform, viewer } = parts.organisation
  const [ada, hugo] = await Promise.all([viewer('ada.okafor'), viewer('hugo.meyer')])
  const change = await at.asked(1)
  const input = { clusterId: await at.clusterId(1), planHash: change.planHash, reason: 'because' }
  expect(await askBaseline(platform, at.grace, input)).toMatchObject({
    error: { code: 'baseline_asked_already', number: change.number },
  })
  const page = await readChange(platform, at.grace, { number: change.number })
  expect(page).toMatchObject({
    ...{ kind: 'cluster_baseline', type: 'normal', state: 'awaiting_approval' },
    ...{ reason: 'the cluster is new', tenant: 'platform' },
    barred: [{ why: 'requested it' }],
  })
  for (const stranger of [ada, await viewer('chen.wei')]) {
    expect(await readChange(platform, stranger, { number: change.number })).toBeNull()
    expect(await readPlan(platform, stranger, { hash: change.planHash })).toMatchObject({
      ...{ sections: [], baseline: [], terms: [] },
    })
  }
  expect(await readManifest(platform, at.grace, change.number)).toBeNull()
  const vote = { ...change, verdict: 'approve', comment: '' } as const
  expect(await decideChange(platform, at.grace, vote)).toMatchObject({ ok: false })
  expect(await decideChange(platform, hugo, vote)).toMatchObject({ ok: false })
  const withdrawn = await withdrawChange(platform, at.grace, {
    changeId: change.changeId,
    reason: 'not now',
  })
  expect(withdrawn).toMatchObject({ ok: true })
})

/** Of a cluster, what was read is forgotten. */
async function unreadCluster(): Promise<string | undefined> {
  const [row] = await parts.rows<{ id: string }>(
    `delete from cluster_baseline_reading where cluster_id = (select id from cluster where name = $1) returning cluster_id as id`,
    at.named(2),
  )
  return row?.id ?? (await at.clusterId(2))
}

/** Two objects are gone and one lets everything through. */
async function tampered(): Promise<void> {
  const hand = services.hand(0)
  await hand.remove(binding('flux-tenant-sources'))
  await hand.remove(ROLE)
  const prime = ours('ValidatingAdmissionPolicy', 'flux-protect-prime')
  const weak = { ...(prime.spec as object), validations: [{ expression: 'true' }] }
  await hand.apply({ ...prime, spec: weak })
  await at.read()
}

test('from asking to verified: what is missing or other is named until exactly the approved bytes stand', async () => {
  const { platform } = parts.organisation
  const hand = services.hand(0)
  await tampered()
  const view = await readBaseline(platform, at.grace, at.named(0))
  expect(view).toMatchObject({ ours: VERSION, verified: null, reading: { absent: false } })
  expect(view?.reading?.open.map(({ state }) => state).sort()).toEqual([
    'differs',
    'missing',
    'missing',
  ])

  const change = await at.asked()
  const plan = await readPlan(platform, at.erik, { hash: change.planHash })
  const of = (action: string) =>
    plan.baseline.filter((item) => item.action === action).map(({ path }) => path)
  expect(of('create')).toEqual([
    'ClusterRole/flux-tenant-reconciler',
    'ValidatingAdmissionPolicyBinding/flux-tenant-sources',
  ])
  expect(of('alter')).toEqual(['ValidatingAdmissionPolicy/flux-protect-prime'])
  expect(plan.baseline.find(({ action }) => action === 'alter')?.previous).toMatch(
    /expression: ["']true["']/,
  )
  await at.approved(change)

  const first = await at.waits(change)
  expect(first.why).toContain('no ClusterRole flux-tenant-reconciler')
  expect(first.why).toContain(
    'ValidatingAdmissionPolicy flux-protect-prime differs at spec.validations',
  )
  expect(first.why).toContain('flux-protect-prime does not act')
  const { text, objects } = await at.bytes(change)
  expect(sha256Hex(text)).toBe(renderBaseline().hash)

  for (const object of objects)
    await hand.apply(
      object.metadata.name === 'flux-tenant-reconciler'
        ? { ...object, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] }
        : object,
    )
  expect((await at.looked(change)).why).toBe('ClusterRole flux-tenant-reconciler differs at rules')
  const page = await readRun(platform, at.grace, { number: change.number, attempt: 1 })
  expect(page).toMatchObject({
    baseline: { cluster: at.named(0), version: VERSION, manifest: sha256Hex(text), unwanted: [] },
  })

  for (const object of objects) await hand.apply(object)
  await at.looked(change)
  await at.closed(change)
  await isRecorded(change)
})

async function isRecorded(change: AskedBaseline): Promise<void> {
  const { platform } = parts.organisation
  expect(await readBaseline(platform, at.grace, at.named(0))).toMatchObject({
    verified: { version: VERSION, number: change.number, askedBy: 'Grace Kim' },
    open: null,
    reading: { open: [] },
  })
  const told = await parts.rows<{ action: string }>(
    `select action from audit_event where (action = 'change.closed' and subject = $1) or (action = 'baseline.verified' and subject = $2)`,
    change.changeId,
    await at.clusterId(0),
  )
  expect(told.map(({ action }) => action).sort()).toEqual(['baseline.verified', 'change.closed'])
  const [{ code } = { code: '' }] = await parts.rows<{ code: string }>(
    `select close_code as code from change where id = $1`,
    change.changeId,
  )
  expect(code).toBe('successful')
}

test('a policy that is bound no more is found by asking it, in the namespace of a tenant', async () => {
  await at.read()
  const service = await services.running('probed', 1)
  const change = await at.begun()
  await at.closed(change)
  await services.hand(0).remove(binding('flux-tenant-appliers'))
  await at.read()
  const again = await at.begun()
  const { look } = await at.waits(again)
  const appliers = look?.probes.filter(({ policy: name }) => name === 'flux-tenant-appliers') ?? []
  expect(appliers.map(({ outcome }) => outcome)).toEqual(Array(3).fill('let_through'))
  expect(appliers[0]?.tries).toContain(service.namespace)
  const others = look?.probes.filter(({ policy: name }) => name !== 'flux-tenant-appliers') ?? []
  expect(others.map(({ outcome }) => outcome)).toEqual(Array(5).fill('refused'))
  for (const object of (await at.bytes(again)).objects) await services.hand(0).apply(object)
  await at.looked(again)
  await at.closed(again)
})

test('a cluster that is away is waited for, and a worker that is killed is taken over', async () => {
  await services.hand(1).remove(ROLE)
  await at.read(1)
  await parts.fleetFaults([{ kind: 'unreachable' }], at.named(1))
  const change = await at.begun(1)
  expect((await at.waits(change)).away).toContain('could not be looked at')
  await worker.kill()
  await parts.fleetFaults([])
  const { objects } = await at.bytes(change)
  for (const object of objects) await services.hand(1).apply(object)
  worker = await parts.startWorker()
  await at.looked(change)
  await at.closed(change)
})

test('what nobody applies fails in the end, says why, and goes on waiting when it is retried', async () => {
  await services.hand(2).remove(ROLE)
  await at.read(2)
  const change = await at.begun(2)
  await at.waits(change)
  await parts.rows(
    `update step set started_at = started_at - interval '15 days' where run_id = $1 and name = 'await_baseline' returning 1`,
    await at.runId(change),
  )
  await at.looked(change)
  await until('it failed', 30, async () => (await at.standing(change))?.state === 'failed')
  const page = await readChange(parts.organisation.platform, at.grace, { number: change.number })
  expect(page?.transitions.at(-1)?.reason).toContain(
    'not in force on stage-eu-1 within 14 days: no ClusterRole'.replace('stage-eu-1', at.named(2)),
  )
  const { platform } = parts.organisation
  expect(await retryRun(platform, at.grace, { runId: await at.runId(change) })).toMatchObject({
    ok: true,
  })
  await until('it waits again', 30, async () => (await at.standing(change))?.step === 'waiting')
  await parts.rows(
    `update step set started_at = started_at - interval '15 days' where run_id = $1 and name = 'await_baseline' returning 1`,
    await at.runId(change),
  )
  await at.looked(change)
  const given = await closeFailedChange(platform, at.grace, {
    changeId: change.changeId,
    reason: 'never mind',
  })
  expect(given).toMatchObject({ ok: true })
})
