import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { anotherDirectory, scimClient } from '#lib/testing/scim-client.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'

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

const filtered = (filter: string) => `Users?filter=${encodeURIComponent(filter)}`
const patched = (...operations: unknown[]) => ({ schemas: [PATCH], Operations: operations })

/** A user as Entra ID creates one. */
function entraUser(userName: string, more: object = {}) {
  return {
    schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
    externalId: `object-${userName}`,
    userName,
    active: true,
    displayName: userName.toUpperCase(),
    emails: [{ primary: true, type: 'work', value: `${userName}@bank.example` }],
    meta: { resourceType: 'User' },
    name: { formatted: 'given family', familyName: 'family', givenName: 'given' },
    title: null,
    roles: [],
    ...more,
  }
}

async function made(userName: string, more: object = {}): Promise<string> {
  const answer = await entra('POST', 'Users', entraUser(userName, more))
  expect(answer.status).toBe(201)
  return answer.body.id
}

test('a user is created with its place, found by what identifies it, whatever the case of its name', async () => {
  const answer = await entra('POST', 'Users', entraUser('new.comer'))
  expect(answer).toMatchObject({ status: 201, body: { userName: 'new.comer', active: true } })
  expect(answer.headers.get('location')).toBe(answer.body.meta.location)
  expect(answer.headers.get('content-type')).toBe('application/scim+json')
  for (const filter of [
    'userName eq "NEW.comer"',
    'externalId eq "object-new.comer"',
    `id eq "${answer.body.id}"`,
    'displayName eq "new.comer"',
    'emails[type eq "work"].value eq "new.comer@bank.example"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "new.comer"',
    'userName eq "new.comer" and externalId eq "object-new.comer"',
  ])
    expect((await entra('GET', filtered(filter))).body, filter).toMatchObject({
      totalResults: 1,
      Resources: [{ id: answer.body.id, externalId: 'object-new.comer' }],
    })
})

test.each([
  'userName eq "nobody.here"',
  'userName eq "new.comer" and externalId eq "another"',
  'userName eq "a\\"b"',
  'userName eq "50%"',
])('%s finds nobody, and says so', async (filter) => {
  const { status, body } = await entra('GET', filtered(filter))
  expect([status, body.totalResults, body.Resources]).toEqual([200, 0, []])
})

test.each([
  'userName co "a"',
  'title eq "x"',
  'constructor eq "x"',
  'userName eq',
  'userName eq "a" or userName eq "b"',
  'userName eq "a" and userName eq "b"',
  'userName eq "\\x"',
  'userName eq "\\u0000"',
  'not (userName eq "a")',
])('the filter %s is refused, not passed over', async (filter) => {
  expect(await entra('GET', filtered(filter))).toMatchObject({
    status: 400,
    body: { scimType: 'invalidFilter', status: '400' },
  })
})

test('pages lead through everybody once, and each says how many there are', async () => {
  for (let n = 0; n < 5; n += 1) await made(`paged.${n}`)
  const seen: string[] = []
  let total = 1
  for (let start = 1; start <= total; start += 4) {
    const { body } = await entra('GET', `Users?startIndex=${start}&count=4`)
    expect(body).toMatchObject({ startIndex: start, itemsPerPage: body.Resources.length })
    total = body.totalResults
    seen.push(...body.Resources.map((user: { id: string }) => user.id))
  }
  expect(total).toBeGreaterThan(12)
  expect([seen.length, new Set(seen).size]).toEqual([total, total])
})

test.each([
  ['startIndex=0', 200],
  ['startIndex=-5&count=-1', 200],
  ['count=0', 200],
  ['startIndex=999999999', 200],
  ['count=abc', 400],
  ['startIndex=1.5', 400],
  ['startIndex=99999999999999999999', 400],
])('a page asked for by %s is answered with %i', async (query, status) => {
  const answer = await entra('GET', `Users?${query}`)
  expect(answer.status).toBe(status)
  if (status === 200) expect(answer.body.totalResults).toBeGreaterThan(5)
})

test('Entra ID disables by the text "False" and enables again; every session ends with it', async () => {
  const id = await made('soft.deleted')
  const ended = async () =>
    (
      await organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
        tx.session.findMany({ where: { person_id: id } }),
      )
    ).map((session) => session.revoked_at !== null)
  await organisation.viewer('soft.deleted')
  expect(await ended()).toEqual([false])
  const off = patched({ op: 'Replace', path: 'active', value: 'False' })
  expect(await entra('PATCH', `Users/${id}`, off)).toMatchObject({
    status: 200,
    body: { active: false },
  })
  expect(await ended()).toEqual([true])
  expect((await entra('GET', filtered('userName eq "soft.deleted"'))).body.totalResults).toBe(1)
  const on = patched({ op: 'Add', value: { active: 'True' } })
  expect((await entra('PATCH', `Users/${id}`, on)).body.active).toBe(true)
})

test('Entra ID patches by paths and without one, several things at once, in their order', async () => {
  const id = await made('much.patched')
  const answer = await entra(
    'PATCH',
    `Users/${id}`,
    patched(
      { op: 'Add', path: 'displayName', value: 'First' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'new@bank.example' },
      { op: 'Add', path: 'emails[type eq "home"].value', value: 'home@example.org' },
      {
        op: 'Replace',
        value: { 'name.formatted': 'Second', userName: 'much.renamed', title: 'Clerk' },
      },
      { op: 'Replace', path: `${USER}:externalId`, value: 'object-2' },
    ),
  )
  expect(answer).toMatchObject({
    status: 200,
    body: {
      userName: 'much.renamed',
      externalId: 'object-2',
      displayName: 'Second',
      emails: [{ value: 'new@bank.example' }],
    },
  })
})

test.each([
  ['a flag that is none', { op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
  ['an empty name', { op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
  ['no name', { op: 'remove', path: 'userName' }, 'invalidValue'],
  ['a NUL', { op: 'replace', path: 'displayName', value: 'a\0b' }, 'invalidValue'],
  ['half of a pair', { op: 'add', value: { displayName: '\ud83d' } }, 'invalidValue'],
  ['a list for an object', { op: 'add', value: ['active'] }, 'invalidValue'],
  ['a removal without a path', { op: 'remove' }, 'noTarget'],
  ['an act of its own', { op: 'merge', path: 'active', value: true }, 'invalidValue'],
])('a patch with %s is refused and changes nothing', async (_, operation, scimType) => {
  const id = (await entra('GET', filtered(`userName eq "ada.okafor"`))).body.Resources[0].id
  const before = (await entra('GET', `Users/${id}`)).body
  expect(await entra('PATCH', `Users/${id}`, patched(operation))).toMatchObject({
    status: 400,
    body: { scimType },
  })
  expect((await entra('GET', `Users/${id}`)).body).toEqual(before)
})

test('Okta replaces the whole user without naming its external id, and patches it off', async () => {
  const created = await okta('POST', 'Users', {
    schemas: [USER],
    userName: 'test.user@okta.local',
    name: { givenName: 'Test', familyName: 'User' },
    emails: [{ primary: true, value: 'test.user@okta.local', type: 'work' }],
    displayName: 'Test User',
    locale: 'en-US',
    externalId: '00ujl29u0le5T6Aj10h7',
    groups: [],
    password: '1mz050nq',
    active: true,
  })
  const { id } = created.body
  const put = {
    schemas: [USER],
    id,
    userName: 'test.user@okta.local',
    name: { givenName: 'Another', middleName: '', familyName: 'User' },
    emails: [{ primary: true, value: 'test.user@okta.local', type: 'work', display: 'x' }],
    active: true,
    groups: [],
    meta: { resourceType: 'User' },
  }
  expect(await okta('PUT', `Users/${id}`, put)).toMatchObject({
    status: 200,
    body: { displayName: 'Another User', externalId: '00ujl29u0le5T6Aj10h7' },
  })
  const off = patched({ op: 'replace', value: { active: false } })
  expect((await okta('PATCH', `Users/${id}`, off)).body.active).toBe(false)
})
