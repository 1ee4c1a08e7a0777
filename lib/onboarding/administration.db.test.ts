import { mkdtempSync, rmSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { createVault } from '#lib/adapters/vault/sealing.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { listClusters, readCluster } from '#lib/fleet/queries.ts'
import { readTenant } from '#lib/fleet/tenant-queries.ts'
import { readJobs } from '#lib/jobs/queries.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { type SandboxProcess, spawnSandbox } from '#lib/testing/spawn-sandbox.ts'
import type { Viewer } from '#lib/viewer.ts'
import { changeAdmission, changeQuota } from './manage-tenant.ts'
import { observeCluster } from './observe-cluster.ts'
import { registerCluster, replaceCredentials, setDraining } from './register-cluster.ts'
import { requestService } from './request-service.ts'
import { retryJob } from './retry-job.ts'

type SimulatedCluster = { name: string; endpoint: string; caPem: string; token: string }

let organisation: TestOrganisation
let workerDatabase: Database
let fleet: SandboxProcess<{ url: string }>
let folder: string
let simulated: SimulatedCluster
let viewers: Record<'ada' | 'ben' | 'chen' | 'farah' | 'grace' | 'iris', Viewer>

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-administration-')
  fleet = await spawnSandbox('fleet', [
    '--port',
    '0',
    '--base-port',
    '0',
    '--clusters',
    '1',
    '--data',
    folder,
    '--control-token',
    'control',
  ])
  const answer = await fetch(fleet.ready.url, { headers: { authorization: 'Bearer control' } })
  simulated = ((await answer.json()) as { clusters: [SimulatedCluster] }).clusters[0]
  organisation = await testOrganisation()
  workerDatabase = connect(organisation.database.workerUrl, { poolSize: 2, timeoutMs: 20_000 })
  const of = (user: string) => organisation.viewer(user)
  viewers = {
    ada: await of('ada.okafor'),
    ben: await of('ben.carter'),
    chen: await of('chen.wei'),
    farah: await of('farah.haddad'),
    grace: await of('grace.kim'),
    iris: await of('iris.novak'),
  }
})

afterAll(async () => {
  await workerDatabase?.close()
  await organisation?.close()
  await fleet?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function asSuperuser<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  const url = new URL(inject('testServer').superuserUrl)
  url.pathname = new URL(organisation.database.ownerUrl).pathname
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as T[]
  } finally {
    await client.end()
  }
}

const worker = (): WorkerPlatform =>
  ({
    ...organisation.platform,
    db: workerDatabase,
    clusters: createClusterDialer({ allows: () => true }),
    vault: createVault(organisation.sealing.privateKey),
  }) as unknown as WorkerPlatform

const aCluster = (name: string, token = simulated.token) => ({
  name,
  endpoint: simulated.endpoint,
  caPem: simulated.caPem,
  token,
  region: 'eu-west',
  zone: 'eu-a',
  environments: ['dev'],
  accreditedClass: 1,
  ingressNamespace: '',
})

test('a cluster with the right token is seen, with a wrong one it is said so, and no table holds the token', async () => {
  for (const [name, token] of [
    ['good', simulated.token],
    ['bad', 'not-the-token-of-it'],
  ] as const) {
    const registered = await registerCluster(
      organisation.platform,
      viewers.grace,
      aCluster(name, token),
    )
    if (!registered.ok) throw new Error(JSON.stringify(registered.error))
    await observeCluster(worker(), registered.value.clusterId)
  }
  expect(await readCluster(organisation.platform, viewers.grace, 'good')).toMatchObject({
    reachable: true,
    pollError: null,
    state: 'active',
  })
  const bad = await readCluster(organisation.platform, viewers.grace, 'bad')
  expect(bad).toMatchObject({ reachable: false })
  expect(bad?.pollError).toMatch(/^unauthorised/)
  const replaced = await replaceCredentials(organisation.platform, viewers.grace, {
    clusterId: bad?.id ?? '',
    token: simulated.token,
    caPem: '',
  })
  expect(replaced.ok).toBe(true)
  await observeCluster(worker(), bad?.id ?? '')
  expect(await readCluster(organisation.platform, viewers.grace, 'bad')).toMatchObject({
    reachable: true,
    pollError: null,
  })

  const columns = await asSuperuser<{ t: string; c: string }>(
    `select table_name as t, column_name as c from information_schema.columns where table_schema in ('public','pgboss') and data_type in ('text','jsonb','bytea','ARRAY')`,
  )
  for (const { t, c } of columns) {
    const [{ n } = { n: 0 }] = await asSuperuser<{ n: number }>(
      `select count(*)::int as n from public."${t}" where "${c}"::text like $1 or "${c}"::text like $2`.replace(
        'public.',
        t in { job: 1, queue: 1 } ? 'pgboss.' : '',
      ),
      `%${simulated.token}%`,
      `%${Buffer.from(simulated.token).toString('hex')}%`,
    ).catch(() => [{ n: 0 }])
    expect(n, `${t}.${c}`).toBe(0)
  }
})

test('a cluster is refused for a name that is taken, an address that is not allowed, a certificate that is none', async () => {
  const refused = async (change: object) => {
    const answer = await registerCluster(organisation.platform, viewers.grace, {
      ...aCluster('refused'),
      ...change,
    })
    return answer.ok ? 'ok' : answer.error.code
  }
  expect(await refused({ name: 'good' })).toBe('cluster_name_taken')
  expect(await refused({ endpoint: 'https://metadata.internal:443' })).toBe('endpoint_not_allowed')
  expect(
    await refused({ caPem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }),
  ).toBe('certificate_unreadable')
  expect(await refused({ environments: ['moon'] })).toBe('environment_unknown')
})

test('a draining cluster takes nothing new until it is opened again', async () => {
  const { rows } = await listClusters(organisation.platform, viewers.grace, { q: 'dev-eu-1' })
  const clusterId = rows[0]?.id ?? ''
  await setDraining(organisation.platform, viewers.grace, {
    clusterId,
    draining: true,
    reason: 'rebuild next week',
  })
  const request = aRequest('draining', { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] })
  const refused = await requestService(organisation.platform, viewers.ada, { request })
  expect(refused).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
  await setDraining(organisation.platform, viewers.grace, {
    clusterId,
    draining: false,
    reason: 'it stays',
  })
  expect((await requestService(organisation.platform, viewers.ada, { request })).ok).toBe(true)
})

test('an admission taken back and a quota that is used up refuse the next request', async () => {
  const tenant = await readTenant(organisation.platform, viewers.grace, 'payments')
  const place = tenant?.admissions.find(({ cluster }) => cluster === 'dev-eu-2')
  const admission = {
    tenant: 'payments',
    clusterId: place?.clusterId ?? '',
    environment: 'dev',
    reason: 'as agreed',
  }
  const request = aRequest('admitted', { targets: [{ environment: 'dev', cluster: 'dev-eu-2' }] })
  await changeAdmission(organisation.platform, viewers.grace, { ...admission, admitted: false })
  expect((await requestService(organisation.platform, viewers.ada, { request })).ok).toBe(false)
  await changeAdmission(organisation.platform, viewers.grace, { ...admission, admitted: true })
  const quota = {
    tenant: 'payments',
    environment: 'dev',
    memory: 1_000_000,
    instances: 100,
    reason: 'tighter',
  }
  await changeQuota(organisation.platform, viewers.grace, { ...quota, cpu: 0 })
  expect((await requestService(organisation.platform, viewers.ada, { request })).ok).toBe(false)
  await changeQuota(organisation.platform, viewers.grace, { ...quota, cpu: 1_000_000 })
  expect((await requestService(organisation.platform, viewers.ada, { request })).ok).toBe(true)
})

test('a failed job gets another try once', async () => {
  const [job] = await asSuperuser<{ id: string }>(
    `insert into pgboss.job (name, data, state, completed_on, output) values ('delivery.send', '{"deliveryId":"dlv_x"}', 'failed', now(), '{"message":"refused"}') returning id`,
  )
  const { failed } = await readJobs(organisation.platform, viewers.grace)
  expect(failed).toMatchObject([{ id: job?.id, error: 'refused' }])
  const ref = { queue: 'delivery.send', id: job?.id ?? '' }
  expect(await retryJob(organisation.platform, viewers.grace, ref)).toMatchObject({ ok: true })
  expect(await retryJob(organisation.platform, viewers.grace, ref)).toMatchObject({
    ok: false,
    error: { code: 'job_not_found' },
  })
})
