import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { type Adopting, adoptions, makerOf, named } from '#lib/testing/adoptions.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'

let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof adoptions>>

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  at = await adoptions(parts)
}, 120_000)
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

const quotaOf = (namespace: string, hard: Record<string, string>) =>
  named('ResourceQuota', 'tenant-quota', namespace, { spec: { hard } })

/** A namespace as a team has it: kubectl's and Helm's things, and a quota under our name. */
async function brownfield(namespace: string): Promise<KubernetesObject[]> {
  const helm = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'cache' },
  }
  const objects = [
    named('ConfigMap', 'notes', namespace, { data: { hello: 'there' } }),
    named('Service', 'cache', namespace, { spec: { ports: [{ port: 80 }] } }, helm),
    quotaOf(namespace, { pods: '40', 'count/jobs.batch': '7' }),
  ]
  await at.hand().apply(named('Namespace', namespace, ''), 'kubectl-create')
  for (const object of objects) await at.hand().apply(object, makerOf(object))
  return objects
}

const foreign = (objects: KubernetesObject[]) =>
  objects.filter(({ kind }) => kind !== 'ResourceQuota')

async function live(objects: readonly KubernetesObject[]) {
  return Promise.all(objects.map((object) => at.hand().read(object)))
}

const adopted = async ({ name }: Adopting) =>
  parts.rows<{ kind: string; before: boolean }>(
    `select o.kind, o.existed_before as before from target_object o join target t on t.id = o.target_id where t.namespace = $1 order by o.kind`,
    name,
  )

/** How often the requester was told that an administrator's move is awaited. */
const told = async ({ changeId }: Adopting) =>
  (
    await parts.rows(
      `select 1 from notice where change_id = $1 and event like 'change.adoption_awaited%'`,
      changeId,
    )
  ).length

test('a whole life: surveyed, approved, labelled by an administrator, taken over field by field, offboarded without a loss', async () => {
  const before = await brownfield('ledger-live')
  const kept = await live(foreign(before))
  const asked = await at.asked({ service: 'adopted-ledger', name: 'ledger-live' })
  const [terms] = await at.terms(asked)
  expect(terms).toMatchObject({
    cluster: parts.clusters[0]?.name,
    command:
      'kubectl label namespace ledger-live toolkit.fluxcd.io/role=tenant app.kubernetes.io/managed-by=stairway --overwrite',
    takes: [
      {
        kind: 'ResourceQuota',
        name: 'tenant-quota',
        field: '.spec.hard.pods',
        manager: 'kubectl-create',
        from: '"40"',
        to: '"10"',
      },
    ],
    kept: [
      { kind: 'ConfigMap', name: 'notes', owner: 'kubectl-create' },
      { kind: 'Service', name: 'cache', owner: 'Helm release cache' },
    ],
  })
  expect(asked.type).toBe('normal')
  await at.approved(asked)
  await at.waitsForLabels(asked)
  expect(await told(asked)).toBe(1)
  const [untouched] = await live([quotaOf('ledger-live', {})])
  expect(untouched?.spec).toEqual({ hard: { pods: '40', 'count/jobs.batch': '7' } })
  await at.handOver('ledger-live')
  await at.closed(asked.changeId)
  const [quota] = await live([quotaOf('ledger-live', {})])
  expect(quota?.spec).toMatchObject({ hard: { pods: '10', 'count/jobs.batch': '7' } })
  expect(await live(foreign(before))).toEqual(kept)
  const rows = await adopted(asked)
  expect(rows.filter((row) => row.before).map(({ kind }) => kind)).toEqual([
    'Namespace',
    'ResourceQuota',
  ])
  expect(rows.length).toBeGreaterThan(10)
  expect(await at.audited(asked.changeId)).toContain('namespace.adopted')
  expect(await told(asked)).toBe(1)
  const shown = await parts.rows(
    `select 1 from service_instance where namespace = 'ledger-live' and adopted`,
  )
  expect(shown).toHaveLength(1)

  const gone = await at.retired(asked)
  await at.closed(gone)
  expect(await at.hand().read(named('Namespace', 'ledger-live', ''))).not.toBeNull()
  expect(await live(foreign(before))).toEqual(kept)
  const [left] = await live([quotaOf('ledger-live', {})])
  expect(left?.spec).toMatchObject({ hard: { 'count/jobs.batch': '7' } })
  const standing = await live([
    named('ServiceAccount', 'flux', 'ledger-live'),
    named('RoleBinding', 'stairway-hub', 'ledger-live'),
    named('Kustomization', 'adopted-ledger', 'ledger-live'),
  ])
  expect(standing).toEqual([null, null, null])
}, 240_000)

test('what moved between survey and start sends the change back, and nothing is written', async () => {
  await brownfield('moved-early')
  const asked = await at.asked({ service: 'moved-early', name: 'moved-early' })
  await at.hand().apply(quotaOf('moved-early', { pods: '99' }), 'kubectl-create')
  await at.approved(asked)
  await until(
    'it is sent back',
    60,
    async () => (await at.state(asked.changeId)) === 'changes_requested',
  )
  const [row] = await parts.rows<{ reason: string }>(
    `select reason from change_transition where change_id = $1 order by seq desc limit 1`,
    asked.changeId,
  )
  expect(row?.reason).toContain('.spec.hard.pods is "99", no longer "40"')
  const [quota] = await live([quotaOf('moved-early', {})])
  expect(quota?.metadata.labels).toBeUndefined()
}, 120_000)

test('what moved while the labels were awaited stops the target, and says what', async () => {
  await brownfield('moved-late')
  const asked = await at.asked({ service: 'moved-late', name: 'moved-late' })
  await at.approved(asked)
  await at.waitsForLabels(asked)
  await at.hand().apply(quotaOf('moved-late', { pods: '41' }), 'quota-operator')
  await at.handOver('moved-late')
  await until('it failed', 60, async () => (await at.state(asked.changeId)) === 'failed')
  expect(await at.trouble(asked.changeId)).toMatchObject({ code: 'adoption_moved' })
  const [quota] = await live([quotaOf('moved-late', {})])
  expect(quota?.spec).toMatchObject({ hard: { pods: '41' } })
  expect(await at.hand().read(named('RoleBinding', 'stairway-hub', 'moved-late'))).toBeNull()
  expect(await at.audited(asked.changeId)).toContain('namespace.adoption_stopped')
}, 120_000)

test('a namespace that Flux manages already is refused with the reason, as is one of the platform, and one that is not there', async () => {
  await at.hand().apply(named('Namespace', 'fluxed', ''), 'kubectl-create')
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': 'apps',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  }
  await at
    .hand()
    .apply(named('ConfigMap', 'x', 'fluxed', { data: {} }, { labels }), 'kustomize-controller')
  expect(await at.refusal({ service: 'on-fluxed', name: 'fluxed' })).toContain(
    'managed by Flux already, by Kustomization flux-system/apps',
  )
  expect(await at.refusal({ service: 'on-nothing', name: 'nowhere' })).toContain('it is not there')
  await expect(at.refusal({ service: 'on-system', name: 'kube-system' })).rejects.toThrow(
    /platform/,
  )
}, 120_000)

test('a repair never makes an adopted namespace anew, and takes nothing of others out of what it adopted', async () => {
  await at.running('beside')
  const before = await brownfield('kept-on')
  await at.handOver('kept-on')
  const asked = await at.asked({ service: 'kept-on', name: 'kept-on' })
  await at.approved(asked)
  await at.closed(asked.changeId)
  await at.hand().edit(quotaOf('kept-on', {}), { spec: { hard: { pods: '3' } } }, 'kubectl-edit')
  await at.swept()
  await until('our field is put back', 60, async () => {
    const quotas = JSON.stringify(await live([quotaOf('kept-on', {})]))
    return quotas.includes('"pods":"10"')
  })
  const [quota] = await live([quotaOf('kept-on', {})])
  expect(quota?.spec).toMatchObject({ hard: { 'count/jobs.batch': '7' } })
  await until('that repair is over', 60, async () => {
    const open = await parts.rows(`select 1 from drift_repair where ended_at is null`)
    return open.length === 0
  })
  await at.hand().remove(named('Namespace', 'kept-on', ''))
  await until('it is gone', 60, async () => (await live(before))[0] === null)
  await at.swept()
  await until('a repair was refused', 90, async () => {
    const rows = await parts.rows(
      `select 1 from drift_repair r join target t on t.id = r.target_id where t.namespace = 'kept-on' and r.state = 'failed' and r.detail like '%was adopted, not made by us%'`,
    )
    return rows.length > 0
  })
  expect(await at.hand().read(named('Namespace', 'kept-on', ''))).toBeNull()
}, 240_000)
