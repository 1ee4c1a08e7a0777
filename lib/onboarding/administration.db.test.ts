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
import { retireCluster } from './retire-cluster.ts'
import { retryJob } from './retry-job.ts'

type SimulatedCluster = { name: string; endpoint: string; caPem: string; token: string }

let organisation: TestOrganisation
let workerDatabase: Database
let fleet: SandboxProcess<{ url: string }>
let folder: string
let simulated: [SimulatedCluster, SimulatedCluster, SimulatedCluster]
let viewers: Record<'ada' | 'ben' | 'chen' | 'farah' | 'grace' | 'iris', Viewer>

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-administration-')
  fleet = await spawnSandbox('fleet', [
    '--port',
    '0',
    '--base-port',
    '0',
    '--clusters',
    '3',
    '--data',
    folder,
    '--control-token',
    'control',
  ])
  const answer = await fetch(fleet.ready.url, { headers: { authorization: 'Bearer control' } })
  simulated = ((await answer.json()) as { clusters: typeof simulated }).clusters
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

const aCluster = (name: string, { endpoint, caPem, token }: SimulatedCluster) => ({
  name,
  endpoint,
  caPem,
  token,
  region: 'eu-west',
  zone: 'eu-a',
  environments: ['dev'],
  accreditedClass: 1,
  ingressNamespace: '',
})

async function registered(name: string, at: SimulatedCluster): Promise<string> {
  const answer = await registerCluster(organisation.platform, viewers.grace, aCluster(name, at))
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value.clusterId
}

/** Every value of every column of every table that contains the text, as it is or in the hex of bytea. */
async function whereStored(text: string): Promise<string[]> {
  const columns = await asSuperuser<{ t: string; c: string }>(
    `select format('%I.%I', table_schema, table_name) as t, quote_ident(column_name) as c from information_schema.columns
     where table_schema in ('public', 'pgboss', 'app') and data_type in ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')`,
  )
  expect(columns.length).toBeGreaterThan(200)
  const looks = columns.map(
    ({ t, c }) =>
      `(select '${t}.${c}' as place from ${t} where strpos(${c}::text, $1) > 0 or strpos(${c}::text, $2) > 0 limit 1)`,
  )
  const hex = Buffer.from(text).toString('hex')
  const found = await asSuperuser<{ place: string }>(looks.join(' union all '), text, hex)
  return found.map(({ place }) => place)
}

test('a cluster with the right token is seen, with a wrong one it is said so, and no table holds the token', async () => {
  const [one, two] = simulated
  const { platform } = organisation
  await observeCluster(worker(), await registered('good', one))
  const good = await readCluster(platform, viewers.grace, 'good')
  expect(good?.preflight?.checks).toHaveLength(16)
  expect(good?.preflight?.checks.filter(({ outcome }) => outcome !== 'pass')).toEqual([])
  const badId = await registered('bad', { ...two, token: 'not-the-token-of-it' })
  const hand = worker()
  await observeCluster(hand, badId)
  expect(await readCluster(platform, viewers.grace, 'good')).toMatchObject({
    reachable: true,
    pollError: null,
    state: 'active',
    flux: 'v2.9.5',
    observations: [{ reachable: true, flux: 'v2.9.5' }],
  })
  const bad = await readCluster(platform, viewers.grace, 'bad')
  expect(bad).toMatchObject({ reachable: false, state: 'joining' })
  expect(bad?.pollError).toMatch(/^unauthorised/)
  const replaced = await replaceCredentials(platform, viewers.grace, {
    clusterId: badId,
    token: two.token,
    caPem: '',
  })
  expect(replaced.ok).toBe(true)
  await observeCluster(hand, badId)
  await observeCluster(hand, badId)
  const mended = await readCluster(platform, viewers.grace, 'bad')
  expect(mended).toMatchObject({ reachable: true, pollError: null, state: 'active' })
  expect(mended?.observations.map(({ reachable }) => reachable)).toEqual([true, false])
  for (const secret of [one.token, two.token, 'not-the-token-of-it'])
    expect(await whereStored(secret)).toEqual([])
  expect(await whereStored('cluster-token:good')).toEqual(['public.secret.purpose'])
})

test('an authority that did not sign for the cluster is named as the cause', async () => {
  const [one, , three] = simulated
  const clusterId = await registered('other-ca', { ...three, caPem: one.caPem })
  await observeCluster(worker(), clusterId)
  const seen = await readCluster(organisation.platform, viewers.grace, 'other-ca')
  expect(seen?.pollError).toMatch(/^untrusted_certificate/)
})

test('the fleet is filtered by state, region and environment, and pages through without a gap', async () => {
  const { platform } = organisation
  const names = async (filter: Parameters<typeof listClusters>[2]) =>
    (await listClusters(platform, viewers.grace, filter)).rows.map(({ name }) => name)
  expect(await names({ state: 'unreachable' })).toEqual(['other-ca'])
  expect(await names({ state: 'ready' })).toEqual(['bad', 'good'])
  expect(await names({ state: 'joining', environment: 'prod', region: 'us-east' })).toEqual([
    'prod-us-1',
  ])
  expect(await names({ q: '%' })).toEqual([])
  await asSuperuser(
    `update cluster_state set polled_at = now() - interval '10 minutes' where cluster_id = (select id from cluster where name = 'good')`,
  )
  expect(await names({ state: 'unknown' })).toEqual(['good'])
})

test('a cluster is removed only when nothing of ours stands on it and it takes nothing new', async () => {
  const { platform } = organisation
  const clusterId = (await readCluster(platform, viewers.grace, 'bad'))?.id ?? ''
  const retire = () => retireCluster(platform, viewers.grace, { clusterId, reason: 'moved away' })
  expect(await retire()).toMatchObject({ ok: false, error: { code: 'cluster_not_draining' } })
  await setDraining(platform, viewers.grace, { clusterId, draining: true, reason: 'moving' })
  await asSuperuser(
    `insert into target (id, tenant_id, cluster_id, namespace, state) select 'tgt_standing', id, $1, 'pay-standing-dev', 'primed' from tenant where slug = 'payments'`,
    clusterId,
  )
  expect(await retire()).toMatchObject({
    ok: false,
    error: { code: 'cluster_in_use', namespaces: 1 },
  })
  await asSuperuser(`update target set state = 'released' where id = 'tgt_standing'`)
  expect(await retire()).toMatchObject({ ok: true })
  expect(await readCluster(platform, viewers.grace, 'bad')).toBeNull()
  expect(
    await asSuperuser(
      `select count(*)::int as n from secret where purpose = 'cluster-token:bad' and revoked_at is null`,
    ),
  ).toEqual([{ n: 0 }])
  expect(await retire()).toMatchObject({ ok: false, error: { code: 'cluster_not_found' } })
})

test('a cluster is refused for a name that is taken, an address that is not allowed, a certificate that is none', async () => {
  const refused = async (change: object) => {
    const answer = await registerCluster(organisation.platform, viewers.grace, {
      ...aCluster('refused', {
        ...simulated[1],
        endpoint: 'https://127.0.0.1:9',
      }),
      ...change,
    })
    return answer.ok ? 'ok' : answer.error.code
  }
  expect(await refused({ name: 'good' })).toBe('cluster_name_taken')
  expect(await refused({ endpoint: simulated[0].endpoint })).toBe('endpoint_taken')
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
  const { rows: failed } = (await readJobs(organisation.platform, viewers.grace)).failed
  expect(failed).toMatchObject([{ id: job?.id, error: 'refused' }])
  const ref = { queue: 'delivery.send', id: job?.id ?? '' }
  expect(await retryJob(organisation.platform, viewers.grace, ref)).toMatchObject({ ok: true })
  expect(await retryJob(organisation.platform, viewers.grace, ref)).toMatchObject({
    ok: false,
    error: { code: 'job_not_found' },
  })
})
