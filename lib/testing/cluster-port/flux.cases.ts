import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { kustomizationOf, type RealService, realServices } from '../real-service.ts'
import { FLUX_KINDS, type OnGround, until } from './ground.ts'

const SETTINGS = 'deploy/overlays/prod/settings.yaml'
const settings = (value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: "${value}"}\n`
const FILES = {
  'deploy/overlays/prod/kustomization.yaml': 'resources:\n  - settings.yaml\n',
  [SETTINGS]: settings('1'),
}
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

type Services = Awaited<ReturnType<typeof realServices>>
type Condition = {
  type: string
  status: string
  reason: string
  message: string
  observedGeneration: number
  lastTransitionTime: string
}
type Status = {
  conditions?: Condition[]
  observedGeneration?: number
  artifact?: { revision: string; digest: string; path: string; url: string; size: number }
  lastAppliedRevision?: string
  lastAttemptedRevision?: string
  lastHandledReconcileAt?: string
  inventory?: { entries: { id: string; v: string }[] }
}

const statusOf = (object: KubernetesObject | null) => (object?.status ?? {}) as Status
const condition = (object: KubernetesObject | null, type: string) =>
  statusOf(object).conditions?.find((each) => each.type === type)

/** What Flux's controllers make of our objects, on every cluster. */
export function fluxCases(on: OnGround): void {
  describe('Flux', () => {
    let at: Services
    let service: RealService
    beforeAll(async () => {
      at = await realServices(on(), FILES)
      service = await at.begun(`flux-${Date.now().toString(36)}`)
    })
    afterAll(() => at?.close())
    goingReady(on, () => ({ at, service }))
    reporting(() => ({ at, service }))
    asked(on, () => service)
    failing(on, async (files) => {
      service = await at.pushed(service, files)
      return service
    })
    ending(on, () => at)
  })
}

const sourceOf = (on: OnGround, { target, name }: RealService) =>
  on().hub.read({ ...FLUX_KINDS.source, namespace: target.namespace, name })
const mapOf = (on: OnGround, { target }: RealService) =>
  on().hub.read({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: target.namespace,
    name: 'settings',
  })

function goingReady(on: OnGround, its: () => { at: Services; service: RealService }): void {
  test('a source goes Ready with its artifact at the pushed commit', async () => {
    const { service } = its()
    const source = await sourceOf(on, service)
    const revision = `main@sha1:${service.head}`
    const { metadata } = source as KubernetesObject
    expect(metadata).toMatchObject({ generation: 1, finalizers: ['finalizers.fluxcd.io'] })
    expect(statusOf(source)).toMatchObject({
      observedGeneration: 1,
      artifact: {
        revision,
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        path: `gitrepository/${service.target.namespace}/${service.name}/${service.head}.tar.gz`,
      },
    })
    for (const type of ['Ready', 'ArtifactInStorage'])
      expect(condition(source, type)).toMatchObject({
        status: 'True',
        reason: 'Succeeded',
        observedGeneration: 1,
        message: `stored artifact for revision '${revision}'`,
        lastTransitionTime: expect.stringMatching(/Z$/),
      })
  })

  test('a Kustomization goes Ready at that revision with an inventory, and marks what it applied', async () => {
    const { service } = its()
    const kustomization = await kustomizationOf(on(), service)
    const revision = `main@sha1:${service.head}`
    const { namespace } = service.target
    expect(kustomization?.metadata).toMatchObject({
      generation: 1,
      finalizers: ['finalizers.fluxcd.io'],
    })
    expect(statusOf(kustomization)).toMatchObject({
      observedGeneration: 1,
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      inventory: { entries: [{ id: `${namespace}_settings__ConfigMap`, v: 'v1' }] },
    })
    expect(condition(kustomization, 'Ready')).toMatchObject({
      status: 'True',
      reason: 'ReconciliationSucceeded',
      observedGeneration: 1,
      message: `Applied revision: ${revision}`,
    })
    expect(condition(kustomization, 'Reconciling')).toBeUndefined()
    const map = await mapOf(on, service)
    expect(map).toMatchObject({
      data: { value: '1' },
      metadata: {
        labels: {
          'kustomize.toolkit.fluxcd.io/name': service.name,
          'kustomize.toolkit.fluxcd.io/namespace': namespace,
        },
        managedFields: expect.arrayContaining([
          expect.objectContaining({ manager: 'kustomize-controller', operation: 'Apply' }),
        ]),
      },
    })
  })
}

function reporting(its: () => { at: Services; service: RealService }): void {
  test('both report by their events to the Alert’s address', async () => {
    const { at, service } = its()
    const of = (kind: string, reason: string) =>
      at.events.find(
        ({ involvedObject, ...event }) =>
          involvedObject.kind === kind &&
          involvedObject.name === service.name &&
          event.reason === reason,
      )
    await until('the events are here', async () =>
      Boolean(of('GitRepository', 'NewArtifact') && of('Kustomization', 'ReconciliationSucceeded')),
    )
    expect(of('GitRepository', 'NewArtifact')).toMatchObject({
      severity: 'info',
      message: expect.stringContaining('stored artifact for commit'),
      reportingController: 'source-controller',
    })
    expect(of('Kustomization', 'ReconciliationSucceeded')).toMatchObject({
      severity: 'info',
      message: expect.stringContaining('Reconciliation finished'),
      reportingController: 'kustomize-controller',
      metadata: { revision: `main@sha1:${service.head}` },
    })
  })
}

function asked(on: OnGround, its: () => RealService): void {
  const ask = async (kind: keyof typeof FLUX_KINDS, fields: object) => {
    const { target, name } = its()
    const ref = { ...FLUX_KINDS[kind], namespace: target.namespace, name }
    expect(await on().hub.patch(ref, { ...fields })).toBe('patched')
  }
  const handled = async (kind: keyof typeof FLUX_KINDS) => {
    const object = await (kind === 'source' ? sourceOf(on, its()) : kustomizationOf(on(), its()))
    return statusOf(object).lastHandledReconcileAt
  }

  test('a request is handled, and said to be', async () => {
    for (const kind of ['source', 'kustomization'] as const) {
      const token = `${kind} ${Date.now()}`
      await ask(kind, { metadata: { annotations: { [REQUESTED_AT]: token } } })
      await until(`${kind} is handled`, async () => (await handled(kind)) === token)
    }
    const { metadata, status } = (await kustomizationOf(on(), its())) as KubernetesObject
    expect(metadata.generation).toBe(1)
    expect(status).toMatchObject({ observedGeneration: 1 })
  })

  test('a suspended one ticks off requests and repairs nothing, until it is resumed', async () => {
    await ask('kustomization', { spec: { suspend: true } })
    const { namespace } = its().target
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace } }
    await on().admin.edit(map, { data: { value: 'edited' } }, 'kubectl-edit')
    const requested = async (token: string) => {
      await ask('kustomization', { metadata: { annotations: { [REQUESTED_AT]: token } } })
      await until(`${token} is handled`, async () => (await handled('kustomization')) === token)
    }
    await requested(`suspended ${Date.now()}`)
    const held = await kustomizationOf(on(), its())
    expect(held?.metadata.generation).toBe(2)
    expect(statusOf(held).observedGeneration).toBe(2)
    expect(condition(held, 'Ready')?.status).toBe('True')
    expect((await mapOf(on, its()))?.data).toEqual({ value: 'edited' })
    await ask('kustomization', { spec: { suspend: null } })
    await requested(`resumed ${Date.now()}`)
    await until('it is repaired', async () => {
      const data = (await mapOf(on, its()))?.data as { value: string }
      return data.value === '1'
    })
    const resumed = await kustomizationOf(on(), its())
    expect(resumed?.metadata.generation).toBe(3)
    expect(statusOf(resumed).observedGeneration).toBe(3)
  })
}

function failing(
  on: OnGround,
  push: (files: Record<string, string>) => Promise<RealService>,
): void {
  const reads = async (service: RealService) => {
    const annotations = { [REQUESTED_AT]: String(Date.now()) }
    const ref = { ...FLUX_KINDS.source, namespace: service.target.namespace, name: service.name }
    await on().hub.patch(ref, { metadata: { annotations } })
  }

  test('a broken commit fails with what the build said; what ran before stays, and a fix heals it', async () => {
    const broken = await push({ [SETTINGS]: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n' })
    await reads(broken)
    const revision = `main@sha1:${broken.head}`
    await until('it fails', async () => {
      const now = await kustomizationOf(on(), broken)
      return (
        condition(now, 'Ready')?.status === 'False' &&
        statusOf(now).lastAttemptedRevision === revision
      )
    })
    const failed = await kustomizationOf(on(), broken)
    expect(condition(failed, 'Ready')).toMatchObject({ reason: 'BuildFailed' })
    expect(condition(failed, 'Reconciling')).toMatchObject({
      status: 'True',
      reason: 'ProgressingWithRetry',
    })
    expect(statusOf(failed).lastAppliedRevision).not.toBe(revision)
    expect(statusOf(failed).inventory?.entries).toHaveLength(1)
    expect((await mapOf(on, broken))?.data).toEqual({ value: '1' })
    const { namespace } = broken.target
    await until('the event stands beside it', async () => {
      const events = await on().hub.list({ apiVersion: 'v1', kind: 'Event', namespace })
      return events.some(
        (event) =>
          event.type === 'Warning' &&
          event.reason === 'BuildFailed' &&
          (event.involvedObject as { kind: string; name: string }).kind === 'Kustomization',
      )
    })
    const mended = await push({ [SETTINGS]: settings('2') })
    await reads(mended)
    await until('it is Ready again', async () => {
      const now = await kustomizationOf(on(), mended)
      return (
        condition(now, 'Ready')?.status === 'True' &&
        statusOf(now).lastAppliedRevision === `main@sha1:${mended.head}`
      )
    })
    expect((await mapOf(on, mended))?.data).toEqual({ value: '2' })
  })
}

function ending(on: OnGround, its: () => Services): void {
  test('a deletion takes along what was applied, or leaves it where the policy says Orphan', async () => {
    for (const [deletionPolicy, stays] of [
      ['Orphan', true],
      ['WaitForTermination', false],
    ] as const) {
      const service = await its().begun(
        `end-${deletionPolicy.toLowerCase()}-${Date.now().toString(36)}`,
      )
      const { namespace } = service.target
      const ref = { ...FLUX_KINDS.kustomization, namespace, name: service.name }
      await on().hub.patch(ref, { spec: { deletionPolicy } })
      expect(await on().hub.remove(ref)).toBe('deleted')
      await until('it is gone', async () => (await on().hub.read(ref)) === null)
      expect((await mapOf(on, service)) !== null, deletionPolicy).toBe(stays)
    }
  })
}
