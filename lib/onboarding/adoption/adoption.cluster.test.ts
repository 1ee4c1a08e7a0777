import { afterAll, beforeAll, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { adoptions, makerOf, named } from '#lib/testing/adoptions.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { type RealCluster, realCluster } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'

let real: RealCluster
let database: Awaited<ReturnType<typeof startTestServer>>
let parts: RealParts
let worker: WorkerProcess
let at: Awaited<ReturnType<typeof adoptions>>

beforeAll(async () => {
  real = await realCluster()
  database = await startTestServer()
  const { endpoint, caPem, token } = real.access
  parts = await realParts(database.server, [{ name: 'dev-eu-1', endpoint, caPem, token }])
  worker = await parts.startWorker()
  at = await adoptions(parts, real.admin)
}, 240_000)
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
  await database?.stop()
})

const podsOf = (name: string) => ({
  selector: { matchLabels: { app: name } },
  template: {
    metadata: { labels: { app: name } },
    spec: {
      containers: [
        {
          name,
          image: 'registry.bank.example/x:1',
          resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '32Mi' } },
        },
      ],
    },
  },
})

/** What a team has there: kubectl's Deployment and ConfigMap, a Helm release, a quota under our name with other values. */
function things(namespace: string): KubernetesObject[] {
  const helm = {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'cache' },
  }
  return [
    named('Deployment', 'old-ledger', namespace, { spec: podsOf('old-ledger') }),
    named('ConfigMap', 'notes', namespace, { data: { hello: 'there' } }),
    named('Deployment', 'cache', namespace, { spec: podsOf('cache') }, helm),
    named('Secret', 'sh.helm.release.v1.cache.v1', namespace, { type: 'helm.sh/release.v1' }, helm),
    named('ResourceQuota', 'tenant-quota', namespace, {
      spec: { hard: { pods: '40', 'count/jobs.batch': '7' } },
    }),
  ]
}

const quota = (namespace: string) => named('ResourceQuota', 'tenant-quota', namespace)
const desired = async (objects: readonly KubernetesObject[]) =>
  (await Promise.all(objects.map((object) => real.admin.read(object)))).map((object) => ({
    kind: object?.kind,
    uid: object?.metadata.uid,
    labels: object?.metadata.labels,
    annotations: own(object?.metadata.annotations),
    spec: object?.spec,
    data: object?.data,
  }))
/** A Deployment's controller counts its own revisions. */
const own = (annotations: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(annotations).filter(([key]) => !key.startsWith('deployment.')))

async function brownfield(namespace: string): Promise<KubernetesObject[]> {
  await real.admin.apply(named('Namespace', namespace, ''), 'kubectl-create')
  const objects = things(namespace)
  for (const object of objects) await real.admin.apply(object, makerOf(object))
  return objects
}

test('with exactly the hub’s rights a namespace of kubectl’s and Helm’s is adopted, and only what was approved changes', async () => {
  const namespace = 'ledger-brown'
  const objects = await brownfield(namespace)
  const foreign = objects.filter(({ kind }) => kind !== 'ResourceQuota')
  const before = await desired(foreign)
  const asked = await at.asked({ service: 'brown-ledger', name: namespace })
  const [terms] = await at.terms(asked)
  expect(terms?.takes).toEqual([
    {
      kind: 'ResourceQuota',
      name: 'tenant-quota',
      field: '.spec.hard.pods',
      manager: 'kubectl-create',
      from: '"40"',
      to: '"10"',
    },
  ])
  // the hub may list Deployments everywhere; ConfigMaps and Secrets only where it is at home
  expect(terms?.kept).toEqual(
    expect.arrayContaining([
      { kind: 'Deployment', name: 'cache', owner: 'Helm release cache' },
      { kind: 'Deployment', name: 'old-ledger', owner: 'kubectl-create' },
    ]),
  )
  expect(terms?.unread).toEqual(expect.arrayContaining(['ConfigMap', 'Secret']))
  expect(terms?.lookCommand).toContain('--clusterrole stairway-hub-tenant')
  await at.approved(asked)
  await at.waitsForLabels(asked)
  expect(await real.admin.read(named('RoleBinding', 'stairway-hub', namespace))).toBeNull()
  await at.handOver(namespace)
  await at.closed(asked.changeId)
  expect(await desired(foreign)).toEqual(before)
  const taken = await real.admin.read(quota(namespace))
  expect(taken?.spec).toMatchObject({ hard: { pods: '10', 'count/jobs.batch': '7' } })
  const rows = await parts.rows<{ key: string }>(
    `select o.kind || '/' || o.name as key from target_object o join target t on t.id = o.target_id where t.namespace = $1 and o.existed_before order by 1`,
    namespace,
  )
  expect(rows.map(({ key }) => key)).toEqual([
    `Namespace/${namespace}`,
    'ResourceQuota/tenant-quota',
  ])

  await at.closed(await at.retired(asked))
  expect(await real.admin.read(named('Namespace', namespace, ''))).not.toBeNull()
  expect(await desired(foreign)).toEqual(before)
  expect(await real.admin.read(quota(namespace))).not.toBeNull()
  const ours = [
    named('ServiceAccount', 'flux', namespace),
    named('RoleBinding', 'stairway-hub', namespace),
    named('RoleBinding', 'payments-reconciler', namespace),
    named('Kustomization', 'brown-ledger', namespace),
    named('Secret', 'flux-git-auth', namespace),
  ]
  for (const object of ours) expect(await real.admin.read(object), object.kind).toBeNull()
}, 300_000)

test('with the labels and our rights there already, everything is surveyed and each object tried; a dispute that came later stops it unforced', async () => {
  const namespace = 'ledger-early'
  await brownfield(namespace)
  await at.handOver(namespace)
  await real.admin.apply(
    named('RoleBinding', 'stairway-hub', namespace, {
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'stairway-hub-tenant',
      },
      subjects: [{ kind: 'ServiceAccount', name: 'stairway', namespace: 'stairway-system' }],
    }),
    'kubectl-create',
  )
  const asked = await at.asked({ service: 'early-ledger', name: namespace })
  const [terms] = await at.terms(asked)
  expect(terms?.unread).toEqual([])
  expect(terms?.kept).toEqual(
    expect.arrayContaining([{ kind: 'ConfigMap', name: 'notes', owner: 'kubectl-create' }]),
  )
  expect(terms?.takes.map(({ field }) => field)).toEqual(['.spec.hard.pods'])
  const tried = await parts.rows<{ n: number }>(
    `select jsonb_array_length(standing->'tried') as n from adoption_survey where namespace = $1 order by surveyed_at desc limit 1`,
    namespace,
  )
  expect(tried[0]?.n).toBeGreaterThan(5)
  await real.admin.apply(
    named('ResourceQuota', 'tenant-quota', namespace, {
      spec: { hard: { persistentvolumeclaims: '9' } },
    }),
    'quota-operator',
  )
  await at.approved(asked)
  await until('it is sent back', 60, async () => {
    return (await at.state(asked.changeId)) === 'changes_requested'
  })
  const now = await real.admin.read(quota(namespace))
  expect(now?.spec).toEqual({
    hard: { pods: '40', 'count/jobs.batch': '7', persistentvolumeclaims: '9' },
  })
}, 300_000)

test('a dispute in a kind that could not be looked at before the labels stops the run once it can, and nothing is forced', async () => {
  const namespace = 'ledger-hidden'
  await brownfield(namespace)
  const hidden = named('ConfigMap', 'flux-runtime-info', namespace, { data: { TENANT: 'theirs' } })
  await real.admin.apply(hidden, 'kubectl-create')
  const asked = await at.asked({ service: 'hidden-ledger', name: namespace })
  await at.approved(asked)
  await at.waitsForLabels(asked)
  await at.handOver(namespace)
  await until('it failed', 60, async () => (await at.state(asked.changeId)) === 'failed')
  expect(await at.trouble(asked.changeId)).toMatchObject({
    code: 'adoption_moved',
    nextStep: expect.stringContaining('offboard what was placed'),
  })
  expect((await real.admin.read(hidden))?.data).toEqual({ TENANT: 'theirs' })
  const left = await real.admin.read(quota(namespace))
  expect(left?.spec).toEqual({ hard: { pods: '40', 'count/jobs.batch': '7' } })
}, 120_000)
