import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstBreak } from '#lib/audit/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { refreshOrganisation } from './seed.ts'

const SCOPE = { actor: 'sys:seed', tenants: [PLATFORM_TENANT], reason: 'feed' }
const cluster = (name: string) => ({
  name,
  endpoint: 'https://127.0.0.1:1',
  caPem: 'none',
  token: 'none',
})
let organisation: TestOrganisation
let database: pg.Client

beforeAll(async () => {
  organisation = await testOrganisation({ clusters: ['dev-eu-1', 'prod-eu-1'].map(cluster) })
  database = new pg.Client({ connectionString: organisation.database.ownerUrl })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await organisation.close()
})

test('after a month every request is refused, until the finance feed was read again', async () => {
  await database.query(`update cost_code set observed_at = now() - interval '31 days'`)
  expect(await refusals('first')).toEqual(['fact_stale'])
  expect(await refresh(['dev-eu-1', 'prod-eu-1'])).toEqual([])
  expect(await refusals('first')).toEqual([])
})

test('clusters added at a later start are registered and admit the tenants; those known stay as they are', async () => {
  await organisation.owner.inContext(SCOPE, (tx) =>
    tx.cluster.updateMany({ where: { name: 'dev-eu-1' }, data: { region: 'moved' } }),
  )
  const all = ['dev-eu-1', 'prod-eu-1', 'prod-us-1', 'test-eu-1']
  expect(await refresh(all)).toEqual(['prod-us-1', 'test-eu-1'])
  expect(await refresh(all)).toEqual([])
  const { rows } = await database.query<{ name: string; region: string; admits: number }>(
    `select name, region, (select count(*)::int from tenant_cluster t where t.cluster_id = c.id) as admits from cluster c order by name`,
  )
  expect(rows).toEqual([
    { name: 'dev-eu-1', region: 'moved', admits: 2 },
    { name: 'prod-eu-1', region: 'eu-west', admits: 2 },
    { name: 'prod-us-1', region: 'us-east', admits: 2 },
    { name: 'test-eu-1', region: 'eu-west', admits: 2 },
  ])
  const unbroken = await organisation.owner.inContext(SCOPE, (tx) =>
    firstBreak(tx, PLATFORM_TENANT),
  )
  expect(unbroken).toBeNull()
})

function refresh(names: readonly string[]): Promise<string[]> {
  return organisation.owner.inContext(SCOPE, (tx) =>
    refreshOrganisation(tx, {
      issuer: 'http://idp',
      scimToken: 'scim',
      sealingPublicKey: organisation.sealing.publicKey,
      clusters: names.map(cluster),
      templates: [],
    }),
  )
}

/** Why a request about this cost code would be refused. */
async function refusals(name: string): Promise<string[]> {
  const ada = await organisation.viewer('ada.okafor')
  const answer = await requestService(organisation.platform, ada, { request: aRequest(name) })
  if (answer.ok || answer.error.code !== 'checks_failed')
    return answer.ok ? [] : [answer.error.code]
  return answer.error.checks
    .filter((check) => check.outcome !== 'pass')
    .map((check) => check.reasonCode)
}
