import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Check } from '#lib/fleet/preflight/check.ts'
import { keepPreflight } from '#lib/fleet/preflight-store.ts'
import { readCluster } from '#lib/fleet/queries.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { changeAdmission } from './manage-tenant.ts'
import { previewService } from './preview-service.ts'
import { requestService } from './request-service.ts'
import { askWaiver, settleWaiver } from './waive-preflight.ts'

let organisation: TestOrganisation
let viewers: Record<'ada' | 'grace' | 'erik', Viewer>
let clusterId: string
beforeAll(async () => {
  organisation = await testOrganisation()
  const of = (user: string) => organisation.viewer(user)
  viewers = {
    ada: await of('ada.okafor'),
    grace: await of('grace.kim'),
    erik: await of('erik.lund'),
  }
  clusterId = (await cluster()).id
})
afterAll(() => organisation.close())

const FAILING: Check = {
  id: 'remote_bases',
  outcome: 'fail',
  blocking: true,
  evidence: 'kustomize-controller runs without --no-remote-bases',
  risk: 'A tenant can build from any address.',
  remedy: 'set the flag',
}

async function cluster() {
  const found = await readCluster(organisation.platform, viewers.grace, 'dev-eu-1')
  if (!found) throw new Error('no cluster')
  return found
}

async function found(...checks: Check[]): Promise<void> {
  await organisation.owner.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
    keepPreflight(tx, clusterId, checks),
  )
}

async function admitted(): Promise<string> {
  const request = aRequest('asked-here', {
    targets: [{ environment: 'dev', cluster: 'dev-eu-1' }],
  })
  const preview = await previewService(organisation.platform, viewers.ada, { request })
  if (!preview.ok) throw new Error(preview.error.code)
  const check = preview.value.checks.find(({ checkId }) => checkId === 'cluster_admitted')
  return `${check?.outcome} ${check?.reasonCode}`
}

const WISH = {
  checkId: 'remote_bases',
  reason: 'the flag comes with Sunday’s window',
  days: 7,
} as const

async function asked(): Promise<string> {
  const answer = await askWaiver(organisation.platform, viewers.grace, { clusterId, ...WISH })
  if (!answer.ok) throw new Error(answer.error.code)
  return answer.value.waiverId
}

const settled = async (
  who: keyof typeof viewers,
  waiverId: string,
  act: 'grant' | 'refuse' | 'revoke',
) => {
  const answer = await settleWaiver(organisation.platform, viewers[who], { waiverId, act })
  return answer.ok ? 'done' : answer.error.code
}

beforeEach(async () => {
  await organisation.owner.inContext(
    { actor: 'sys:test', tenants: [], reason: 'test' },
    (tx) => tx.$executeRaw`delete from preflight_waiver`,
  )
  await found(FAILING)
})

test('a cluster that fails a blocking check takes no tenant and no service, and says why', async () => {
  expect(await admitted()).toBe('fail cluster_unfit')
  const refused = await requestService(organisation.platform, viewers.ada, {
    request: aRequest('refused-here', { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
  })
  expect(refused.ok).toBe(false)
  const admits = (admitted: boolean) =>
    changeAdmission(organisation.platform, viewers.grace, {
      tenant: 'lending',
      clusterId,
      environment: 'dev',
      admitted,
      reason: 'they asked',
    })
  expect(await admits(false)).toMatchObject({ ok: true })
  const taken = { code: 'cluster_unfit', cluster: 'dev-eu-1', checks: ['remote_bases'] }
  expect(await admits(true)).toEqual({ ok: false, error: taken })
})

test.each([
  ['does not block', { ...FAILING, blocking: false }],
  ['is only doubtful', { ...FAILING, outcome: 'warn' as const }],
  ['could not be read', { ...FAILING, outcome: 'unknown' as const }],
  ['holds', { ...FAILING, outcome: 'pass' as const }],
])('a check that %s keeps nobody away', async (_, check) => {
  await found(check)
  expect(await admitted()).toBe('pass rule_kept')
  const answer = await askWaiver(organisation.platform, viewers.grace, { clusterId, ...WISH })
  expect(answer).toEqual({ ok: false, error: { code: 'nothing_to_waive' } })
})

test('a waiver counts once a second person granted it, and no longer when it is revoked', async () => {
  const waiverId = await asked()
  expect(await admitted()).toBe('fail cluster_unfit')
  expect(await settled('grace', waiverId, 'grant')).toBe('waiver_own')
  expect(await settled('erik', waiverId, 'grant')).toBe('done')
  expect(await admitted()).toBe('pass rule_kept')
  expect((await cluster()).waivers).toMatchObject([
    { state: 'granted', askedBy: 'Grace Kim', decidedBy: 'Erik Lund', reason: WISH.reason },
  ])
  expect(await settled('erik', waiverId, 'refuse')).toBe('waiver_over')
  expect(await settled('grace', waiverId, 'revoke')).toBe('done')
  expect(await admitted()).toBe('fail cluster_unfit')
  expect(await settled('erik', waiverId, 'revoke')).toBe('waiver_over')
})

test('it covers exactly what was found, and ends at its time', async () => {
  await settled('erik', await asked(), 'grant')
  await found({ ...FAILING, evidence: 'no kustomize-controller runs' })
  expect(await admitted()).toBe('fail cluster_unfit')
  await found(FAILING, { ...FAILING, id: 'tenant_role' })
  expect(await admitted()).toBe('fail cluster_unfit')
  await found(FAILING)
  expect(await admitted()).toBe('pass rule_kept')
  await organisation.owner.inContext(
    { actor: 'sys:test', tenants: [], reason: 'test' },
    (tx) =>
      tx.$executeRaw`update preflight_waiver set asked_at = asked_at - interval '8 days', expires_at = expires_at - interval '8 days'`,
  )
  expect(await admitted()).toBe('fail cluster_unfit')
  expect((await cluster()).waivers).toMatchObject([{ state: 'expired' }])
})

test('a refused wish counts for nothing and may be asked again; two at once are one', async () => {
  expect(await settled('erik', await asked(), 'refuse')).toBe('done')
  expect(await admitted()).toBe('fail cluster_unfit')
  const answers = await Promise.all(
    [1, 2, 3].map(() => askWaiver(organisation.platform, viewers.grace, { clusterId, ...WISH })),
  )
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
  const waiver = (await cluster()).waivers[0]
  const verdicts = await Promise.all(
    (['grant', 'refuse', 'grant'] as const).map((act) => settled('erik', waiver?.id ?? '', act)),
  )
  expect(verdicts.filter((verdict) => verdict === 'done')).toHaveLength(1)
})

test('the database itself refuses a waiver that its asker granted', async () => {
  await asked()
  const own = organisation.owner.inContext(
    { actor: 'sys:test', tenants: [], reason: 'test' },
    (tx) =>
      tx.$executeRaw`update preflight_waiver set verdict = 'granted', decided_by = asked_by, decided_at = now()`,
  )
  await expect(own).rejects.toThrow(/waiver_second_person/)
})
