import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { personOf } from '#lib/auth/store.ts'
import { connect } from '#lib/db/client.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { anotherDirectory, scimClient } from '#lib/testing/scim-client.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'

let organisation: TestOrganisation
let failures: unknown[]
let entra: ReturnType<typeof scimClient>
let okta: ReturnType<typeof scimClient>

beforeAll(async () => {
  organisation = await testOrganisation()
  failures = webProcessOf(organisation).failures
  entra = scimClient('scim')
  okta = scimClient((await anotherDirectory(organisation, 'okta')).token)
})
afterEach(() => expect(failures.splice(0)).toEqual([]))
afterAll(() => organisation?.close())

const named = (userName: string) =>
  `Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`

async function made(userName: string, externalId?: string): Promise<string> {
  const answer = await entra('POST', 'Users', { userName, externalId })
  expect(answer.status).toBe(201)
  return answer.body.id
}

function subjectOf(externalId: string) {
  return organisation.platform.db.inContext({ actor: 'sys:web', tenants: [] }, (tx) =>
    personOf(tx, { issuer: 'http://idp', subject: externalId }),
  )
}

test('whoever is deleted is gone for the directory, cannot sign in, and comes back as the same person', async () => {
  const id = await made('hard.deleted', 'object-1')
  const group = (
    await entra('POST', 'Groups', { displayName: 'leavers', members: [{ value: id }] })
  ).body.id
  await organisation.viewer('hard.deleted')
  expect(await entra('DELETE', `Users/${id}`)).toMatchObject({ status: 204, body: null })
  expect((await entra('GET', `Users/${id}`)).status).toBe(404)
  expect((await entra('DELETE', `Users/${id}`)).status).toBe(404)
  expect((await entra('PATCH', `Users/${id}`, off())).status).toBe(404)
  expect((await entra('GET', named('hard.deleted'))).body.totalResults).toBe(0)
  await expect(organisation.viewer('hard.deleted')).rejects.toThrow('is not active')
  await entra('PATCH', `Groups/${group}`, added(id))
  expect((await entra('GET', `Groups/${group}`)).body.members).toEqual([])
  expect(await made('renamed.meanwhile', 'object-1')).toBe(id)
  expect((await organisation.viewer('renamed.meanwhile')).principals).toEqual([id])
})

test('where the directory names another claim, that claim says who signs in; afterwards the subject does', async () => {
  const id = await made('by.object', 'object-10')
  const inDatabase = organisation.platform.db.inContext
  const signIn = (subject: string, claims: object) =>
    inDatabase({ actor: 'sys:web', tenants: [] }, (tx) =>
      personOf(tx, { issuer: 'http://idp', subject, claims }),
    )
  expect(await signIn('pairwise', { oid: 'object-10' })).toBeNull()
  const owner = connect(organisation.database.ownerUrl, { poolSize: 1, timeoutMs: 20_000 })
  const claimOf = (claim: string) =>
    owner.inContext({ actor: 'sys:test', tenants: [], reason: 'test' }, (tx) =>
      tx.directory.updateMany({ where: { issuer: 'http://idp' }, data: { subject_claim: claim } }),
    )
  try {
    await claimOf('oid')
    expect(await signIn('pairwise', { oid: 'another' })).toBeNull()
    expect(await signIn('object-10', {})).toBeNull()
    expect((await signIn('pairwise', { oid: 'object-10' }))?.id).toBe(id)
    expect((await signIn('pairwise', {}))?.id).toBe(id)
  } finally {
    await claimOf('sub')
    await owner.close()
  }
})

test('the name of whoever left goes to somebody else, the identity does not', async () => {
  const first = await made('same.name', 'object-2')
  expect((await subjectOf('object-2'))?.id).toBe(first)
  await entra('DELETE', `Users/${first}`)
  const second = await made('Same.Name', 'object-3')
  expect(second).not.toBe(first)
  expect((await subjectOf('object-2'))?.status).toBe('left')
  expect((await subjectOf('object-3'))?.id).toBe(second)
})

test('without an external id the name brings a deleted user back', async () => {
  const first = await made('only.named')
  await entra('DELETE', `Users/${first}`)
  expect(await made('only.named')).toBe(first)
})

test('another external id is another subject: the old one is no longer let in as this person', async () => {
  const id = await made('object.changed', 'object-4')
  expect((await subjectOf('object-4'))?.id).toBe(id)
  await entra('PATCH', `Users/${id}`, {
    Operations: [{ op: 'Replace', path: 'externalId', value: 'object-5' }],
  })
  expect(await subjectOf('object-4')).toBeNull()
  expect((await subjectOf('object-5'))?.id).toBe(id)
})

test.each([
  ['the same name', { userName: 'ada.okafor', externalId: 'object-6' }],
  ['the same name in capitals', { userName: 'ADA.OKAFOR', externalId: 'object-6' }],
  ['the same external id', { userName: 'somebody.new', externalId: 'ada.okafor' }],
])('a second user with %s is a conflict of uniqueness, created or renamed', async (_, user) => {
  const before = (await entra('GET', 'Users?count=0')).body.totalResults
  const conflict = { status: 409, body: { scimType: 'uniqueness', status: '409' } }
  expect(await entra('POST', 'Users', user)).toMatchObject(conflict)
  const ben = (await entra('GET', named('ben.carter'))).body.Resources[0]
  expect(await entra('PUT', `Users/${ben.id}`, { ...ben, ...user })).toMatchObject(conflict)
  const operations = [{ op: 'replace', value: user }]
  expect(await entra('PATCH', `Users/${ben.id}`, { Operations: operations })).toMatchObject(
    conflict,
  )
  expect((await entra('GET', `Users/${ben.id}`)).body).toEqual(ben)
  expect((await entra('GET', 'Users?count=0')).body.totalResults).toBe(before)
})

test('one directory neither sees nor changes what another pushed', async () => {
  const ada = (await entra('GET', named('ada.okafor'))).body.Resources[0]
  const core = (
    await entra('GET', `Groups?filter=${encodeURIComponent('displayName eq "payments-core"')}`)
  ).body.Resources[0]
  expect((await okta('GET', 'Users')).body.totalResults).toBe(0)
  expect((await okta('GET', 'Groups')).body.totalResults).toBe(0)
  expect((await okta('GET', named('ada.okafor'))).body.totalResults).toBe(0)
  for (const path of [`Users/${ada.id}`, `Groups/${core.id}`]) {
    expect((await okta('GET', path)).status).toBe(404)
    expect((await okta('PUT', path, { ...ada, ...core })).status).toBe(404)
    expect((await okta('PATCH', path, off())).status).toBe(404)
    expect((await okta('DELETE', path)).status).toBe(404)
  }
  const own = await okta('POST', 'Groups', {
    displayName: 'payments-core',
    members: [{ value: ada.id }],
  })
  expect(own).toMatchObject({ status: 201, body: { members: [] } })
  expect(own.body.id).not.toBe(core.id)
  await okta('PATCH', `Groups/${own.body.id}`, added(ada.id))
  expect((await okta('GET', `Groups/${own.body.id}`)).body.members).toEqual([])
  expect((await okta('POST', 'Users', { userName: 'ada.okafor' })).status).toBe(201)
  expect((await entra('GET', `Users/${ada.id}`)).body).toEqual(ada)
  expect((await entra('GET', `Groups/${core.id}`)).body).toEqual(core)
})

test.each([
  ['no token', ''],
  ['a wrong token', 'scim2'],
])('with %s everything is answered 401 and nothing is done', async (_, token) => {
  const stranger = scimClient(token)
  for (const [method, path] of [
    ['GET', 'Users'],
    ['POST', 'Users'],
    ['GET', 'ServiceProviderConfig'],
    ['DELETE', 'Groups/x'],
  ] as const) {
    const body = method === 'POST' ? { userName: 'stranger' } : undefined
    const answer = await stranger(method, path, body)
    expect(answer).toMatchObject({ status: 401, body: { status: '401' } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  }
  expect((await entra('GET', named('stranger'))).body.totalResults).toBe(0)
})

test.each([
  ['GET', 'Users/50%25', 404],
  ['GET', 'Users/%E0%A4%A', 404],
  ['GET', 'Users/usr_x/groups', 404],
  ['GET', 'Things', 404],
  ['GET', 'Users/%00', 400],
  ['POST', 'Users/usr_x', 405],
  ['DELETE', 'Users', 405],
  ['POST', 'Schemas', 405],
])('%s %s is answered %i', async (method, path, status) => {
  expect((await entra(method, path, method === 'POST' ? {} : undefined)).status).toBe(status)
})

test('what is offered is described, as a whole and one by one', async () => {
  expect((await entra('GET', 'ServiceProviderConfig')).body).toMatchObject({
    patch: { supported: true },
    filter: { supported: true, maxResults: 200 },
    bulk: { supported: false },
  })
  for (const resource of ['ResourceTypes', 'Schemas']) {
    const { body } = await entra('GET', resource)
    expect([body.totalResults, body.Resources.length]).toEqual([2, 2])
    for (const each of body.Resources)
      expect((await entra('GET', `${resource}/${each.id}`)).body).toEqual(each)
    expect((await entra('GET', `${resource}/Thing`)).status).toBe(404)
  }
  const user = (await entra('GET', 'Schemas')).body.Resources[0]
  expect(user.attributes.map((attribute: { name: string }) => attribute.name)).toEqual([
    'userName',
    'displayName',
    'name',
    'active',
    'emails',
  ])
})

function off() {
  return { Operations: [{ op: 'replace', path: 'active', value: false }] }
}

function added(id: string) {
  return { Operations: [{ op: 'Add', path: 'members', value: [{ value: id }] }] }
}
