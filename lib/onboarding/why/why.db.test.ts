import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { WhyAsked } from './why.schema.ts'
import { readWhy } from './why-queries.ts'

let organisation: TestOrganisation
beforeAll(async () => {
  organisation = await testOrganisation()
})
afterAll(() => organisation?.close())

const PLACE = {
  ...{ tenant: 'payments', environment: 'dev', cluster: 'dev-eu-1' },
  ...{ template: 'node-http-service', costCode: 'CC-40718', team: 'payments-core' },
}

async function why(who: string, differs: Record<string, unknown> = {}) {
  const viewer = await organisation.viewer(who)
  return readWhy(organisation.platform, viewer, WhyAsked.parse({ ...PLACE, ...differs }))
}

const stored = () =>
  organisation.owner.inContext(
    { actor: 'sys:test', tenants: [] },
    (tx) => tx.$queryRaw<{ n: number }[]>`
      select (select count(*) from check_result)::int + (select count(*) from change_draft)::int as n`,
  )

test('a developer can, and every check says by which policy and on which facts', async () => {
  const before = await stored()
  const answer = await why('ada.okafor')
  expect(answer).toMatchObject({ can: true, person: { userName: 'ada.okafor' } })
  const member = answer?.checks.find(({ id }) => id === 'tenant_member')
  expect(member).toMatchObject({ outcome: 'pass', policy: { id: 'tenant_member' } })
  expect(member?.policy.text).toMatch(/context\.roles\.isEmpty/)
  expect(answer?.checks.every(({ facts }) => facts.length > 0)).toBe(true)
  expect(await stored()).toEqual(before)
})

test('a changed value changes the answer, and who can help is named', async () => {
  expect(await why('ada.okafor', { dataClass: 3 })).toMatchObject({ can: false })
  const foreign = await why('ada.okafor', { costCode: 'CC-0' })
  const check = foreign?.checks.find(({ id }) => id === 'cost_code')
  expect(check).toMatchObject({ outcome: 'fail', reason: 'cost_code_unknown', who: 'finance' })
  const closed = await why('ada.okafor', { dataClass: 3 })
  expect(closed?.checks.find(({ id }) => id === 'data_class_tenant')?.help).toEqual([
    { group: 'platform-admins', people: ['Grace Kim', 'Hugo Meyer'] },
  ])
})

test('what nobody gave is not judged', async () => {
  const answer = await why('ada.okafor', { costCode: '', environment: '', cluster: '' })
  const ids = answer?.checks.map(({ id }) => id)
  expect(ids).not.toContain('cost_code')
  expect(ids).not.toContain('cluster_admitted')
  expect(ids).not.toContain('repository_free')
})

test('owners ask about people of their tenant, the platform about all of them, developers about themselves', async () => {
  const ada = { person: 'ada.okafor' }
  expect(await why('ben.carter', ada)).toMatchObject({ person: { name: 'Ada Okafor' } })
  expect(await why('grace.kim', ada)).toMatchObject({ person: { name: 'Ada Okafor' } })
  expect(await why('iris.novak', ada)).toMatchObject({ can: true })
  expect(await why('ada.okafor', { person: 'ben.carter' })).toBeNull()
  expect(await why('ben.carter', { person: 'chen.wei' })).toBeNull()
})

test('of a tenant that is not theirs nobody is told anything', async () => {
  expect(await why('chen.wei')).toBeNull()
  expect(await why('dana.silva', { person: 'ada.okafor' })).toBeNull()
})
