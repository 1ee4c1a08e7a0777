import { beforeAll, describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Home, homeOn, type OnGround, refusalOf, until } from './ground.ts'

const THEIRS = 'kubectl-edit'
const NOBODY = '00000000-0000-4000-8000-000000000000'

/** Applying and patching, as every cluster answers them. */
export function applyCases(on: OnGround): void {
  describe('apply', () => {
    let home: Home
    beforeAll(async () => {
      home = await homeOn(on(), 'apply')
    })
    placing(on, () => home)
    refusing(on, () => home)
    ownership(on, () => home)
    patching(on, () => home)
    immutable(on, () => home)
  })
}

/** Who manages an object, and how. */
function managersOf(object: KubernetesObject | null) {
  type Managed = { manager: string; operation: string }[]
  return (object?.metadata.managedFields ?? []) as Managed
}

function placing(on: OnGround, home: () => Home): void {
  test('an object is created, changed, and unchanged once its last change is some seconds old', async () => {
    const { hub } = on()
    const created = await hub.apply(home().map('placed', { a: '1' }), {})
    expect(created).toMatchObject({
      outcome: 'created',
      uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      object: { kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } },
    })
    const changed = await hub.apply(home().map('placed', { a: '2' }), {})
    expect(changed).toMatchObject({ outcome: 'changed', object: { data: { a: '2' } } })
    const version = changed.outcome === 'conflict' ? '' : changed.resourceVersion
    await until('it is unchanged', async () => {
      const again = await hub.apply(home().map('placed', { a: '2' }), {})
      expect(again).toMatchObject({ resourceVersion: version })
      return again.outcome === 'unchanged'
    })
  })

  test('a dry run says what would stand and writes nothing', async () => {
    const { hub } = on()
    const at = home().at('v1', 'ConfigMap', 'dry')
    const made = await hub.apply(home().map('dry', { a: '1' }), { dryRun: true })
    expect(made).toMatchObject({ outcome: 'created', object: { data: { a: '1' } } })
    expect(await hub.read(at)).toBeNull()
    await hub.apply(home().map('dry', { a: '1' }), {})
    const before = await hub.read(at)
    const would = await hub.apply(home().map('dry', { a: '2' }), { dryRun: true })
    expect(would).toMatchObject({ outcome: 'changed', object: { data: { a: '2' } } })
    expect(await hub.read(at)).toEqual(before)
  })

  test('a field that we stop applying goes, unless another manager owns it too', async () => {
    const { hub, admin } = on()
    await hub.apply(home().map('given-up', { a: '1', b: '1', c: '1' }), {})
    await admin.apply(home().map('given-up', { b: '1' }), 'helm')
    const applied = await hub.apply(home().map('given-up', { c: '1' }), {})
    expect(applied).toMatchObject({ outcome: 'changed' })
    const stands = await hub.read(home().at('v1', 'ConfigMap', 'given-up'))
    expect(stands?.data).toEqual({ b: '1', c: '1' })
  })
}

function refusing(on: OnGround, home: () => Home): void {
  test('a field that no schema declares is refused as invalid, and named, of core and of Flux kinds', async () => {
    const { hub } = on()
    const core = home().object('v1', 'ConfigMap', 'unknown', { dta: { a: '1' } })
    expect(await refusalOf(hub.apply(core, {}))).toMatchObject({
      reason: 'invalid',
      retryable: false,
      status: 500,
      detail: expect.stringMatching(/\.dta: field not declared in schema/),
    })
    const flux = home().object('source.toolkit.fluxcd.io/v1', 'GitRepository', 'unknown', {
      spec: { interval: '1m', url: 'https://git.bank.example/payments/x.git', brnch: 'main' },
    })
    expect(await refusalOf(hub.apply(flux, {}))).toMatchObject({
      reason: 'invalid',
      status: 500,
      detail: expect.stringMatching(/\.spec\.brnch: field not declared in schema/),
    })
  })

  test('with a resource version it goes only onto that state, and with a uid never onto nothing', async () => {
    const { hub } = on()
    const made = await hub.apply(home().map('stale', { a: '1' }), {})
    const resourceVersion = made.outcome === 'conflict' ? '' : made.resourceVersion
    const onto = await hub.apply(home().map('stale', { a: '2' }, { resourceVersion }), {})
    expect(onto.outcome).toBe('changed')
    const late = hub.apply(home().map('stale', { a: '3' }, { resourceVersion }), {})
    expect(await refusalOf(late)).toMatchObject({
      reason: 'conflict',
      status: 409,
      detail: expect.stringContaining('the object has been modified'),
    })
    // a version alone does not keep from making what is not there; a uid does
    const version = await hub.apply(home().map('made-anew', { a: '3' }, { resourceVersion }), {})
    expect(version.outcome).toBe('created')
    const meant = (name: string) =>
      refusalOf(hub.apply(home().map(name, { a: '4' }, { uid: NOBODY }), {}))
    expect(await meant('made-anew')).toMatchObject({ reason: 'immutable', status: 422 })
    expect(await meant('never-there')).toMatchObject({
      status: 409,
      detail: expect.stringContaining('uid mismatch'),
    })
    expect(await hub.read(home().at('v1', 'ConfigMap', 'never-there'))).toBeNull()
  })

  test('bad names and labels are refused as invalid', async () => {
    const { hub } = on()
    for (const name of ['Bad_Name', 'x'.repeat(254), '-x'])
      expect(await refusalOf(hub.apply(home().map(name, {}), {})), name).toMatchObject({
        reason: 'invalid',
        status: 422,
        detail: expect.stringContaining('metadata.name: Invalid value'),
      })
    for (const labels of [{ team: 'x'.repeat(64) }, { team: 'not ok' }, { 'bad key': 'x' }])
      expect(await refusalOf(hub.apply(home().map('labelled', {}, { labels }), {}))).toMatchObject({
        reason: 'invalid',
        status: 422,
        detail: expect.stringContaining('metadata.labels: Invalid value'),
      })
  })
}

function ownership(on: OnGround, home: () => Home): void {
  test('fields of others are a conflict that names managers and fields; nothing is written', async () => {
    const { hub, admin } = on()
    const quota = (hard: Record<string, string>) =>
      home().object('v1', 'ResourceQuota', 'owned', { spec: { hard } })
    const hard = { pods: '5', 'requests.cpu': '1' }
    await hub.apply(quota(hard), {})
    await admin.edit(quota({}), { spec: { hard: { pods: '6' } } }, THEIRS)
    await admin.apply(quota({ 'requests.cpu': '2' }), 'helm')
    const again = await hub.apply(quota(hard), {})
    if (again.outcome !== 'conflict') throw new Error(again.outcome)
    expect(again.owners).toHaveLength(2)
    expect(again.owners).toEqual(
      expect.arrayContaining([
        { manager: THEIRS, fields: ['.spec.hard.pods'] },
        { manager: 'helm', fields: ['.spec.hard.requests.cpu'] },
      ]),
    )
    expect(again.message).toContain('Apply failed with 2 conflicts')
    expect(again.message).toBe(
      `Apply failed with 2 conflicts: conflicts with "helm":\n- .spec.hard.requests.cpu\nconflicts with "${THEIRS}" using v1:\n- .spec.hard.pods`,
    )
    const stands = await hub.read(home().at('v1', 'ResourceQuota', 'owned'))
    expect(stands?.spec).toEqual({ hard: { pods: '6', 'requests.cpu': '2' } })
  })

  test('force takes the fields, and then they are ours alone', async () => {
    const { hub, admin } = on()
    await hub.apply(home().map('taken', { a: '1' }), {})
    await admin.edit(home().map('taken', {}), { data: { a: '2' } }, THEIRS)
    expect((await hub.apply(home().map('taken', { a: '3' }), {})).outcome).toBe('conflict')
    expect((await hub.apply(home().map('taken', { a: '3' }), { force: true })).outcome).toBe(
      'changed',
    )
    expect((await hub.apply(home().map('taken', { a: '4' }), {})).outcome).toBe('changed')
    const managedFields = managersOf(await hub.read(home().at('v1', 'ConfigMap', 'taken')))
    expect(managedFields.map(({ manager }) => manager)).toEqual(['stairway'])
  })

  test('where both want the same value there is no conflict', async () => {
    const { hub, admin } = on()
    await admin.apply(home().map('shared', { a: '1' }), 'helm')
    expect((await hub.apply(home().map('shared', { a: '1' }), {})).outcome).toBe('changed')
    expect((await hub.apply(home().map('shared', { a: '2' }), {})).outcome).toBe('conflict')
  })
}

function patching(on: OnGround, home: () => Home): void {
  test('a merge patch is an act apart: an apply of ours neither owns nor undoes it, and null takes it away', async () => {
    const { hub } = on()
    const at = home().at('v1', 'ConfigMap', 'acted')
    await hub.apply(home().map('acted', { a: '1' }), {})
    const annotations = { 'stairway.internal/asked': 'now', other: 'kept' }
    expect(await hub.patch(at, { metadata: { annotations } })).toBe('patched')
    await hub.apply(home().map('acted', { a: '2' }), {})
    const stands = await hub.read(at)
    expect(stands).toMatchObject({ data: { a: '2' }, metadata: { annotations } })
    expect(managersOf(stands)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ manager: 'stairway', operation: 'Apply' }),
        expect.objectContaining({ manager: 'stairway-actions', operation: 'Update' }),
      ]),
    )
    const taken = { 'stairway.internal/asked': null }
    expect(await hub.patch(at, { metadata: { annotations: taken } })).toBe('patched')
    expect((await hub.read(at))?.metadata.annotations).toEqual({ other: 'kept' })
  })

  test('what is not there, or of a kind that is not served, is absent', async () => {
    const { hub } = on()
    const nobody = home().at('v1', 'ConfigMap', 'nobody')
    expect(await hub.patch(nobody, { data: { a: '1' } })).toBe('absent')
    const nothing = home().at('example.org/v1', 'Nothing', 'x')
    expect(await hub.patch(nothing, { data: { a: '1' } })).toBe('absent')
  })
}

function immutable(on: OnGround, home: () => Home): void {
  test('the role of a binding and the type of a Secret cannot change in place', async () => {
    const { hub } = on()
    const apiGroup = 'rbac.authorization.k8s.io'
    const binding = (name: string) =>
      home().object(`${apiGroup}/v1`, 'RoleBinding', 'fixed', {
        roleRef: { apiGroup, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: home().namespace }],
      })
    const secret = (type: string) =>
      home().object('v1', 'Secret', 'fixed', { type, stringData: { username: 'x', password: 'y' } })
    await hub.apply(binding('view'), {})
    await hub.apply(secret('Opaque'), {})
    expect(await refusalOf(hub.apply(binding('flux-tenant-reconciler'), {}))).toMatchObject({
      reason: 'immutable',
      status: 422,
      detail: expect.stringContaining('cannot change roleRef'),
    })
    expect(await refusalOf(hub.apply(secret('kubernetes.io/basic-auth'), {}))).toMatchObject({
      reason: 'immutable',
      status: 422,
      detail: expect.stringContaining('field is immutable'),
    })
  })
}
