import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { scimClient } from '#lib/testing/scim-client.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'

let organisation: TestOrganisation
let failures: unknown[]
let entra: ReturnType<typeof scimClient>
let ids: Record<'ada' | 'ben' | 'chen', string>

beforeAll(async () => {
  organisation = await testOrganisation()
  failures = webProcessOf(organisation).failures
  entra = scimClient('scim')
  const users = (await entra('GET', 'Users')).body.Resources as { id: string; userName: string }[]
  const of = (userName: string) => users.find((user) => user.userName === userName)?.id ?? ''
  ids = { ada: of('ada.okafor'), ben: of('ben.carter'), chen: of('chen.wei') }
})
afterEach(() => expect(failures.splice(0)).toEqual([]))
afterAll(() => organisation?.close())

const filtered = (filter: string) => `Groups?filter=${encodeURIComponent(filter)}`
const patched = (...operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
})

async function made(displayName: string, members: string[] = []): Promise<string> {
  const answer = await entra('POST', 'Groups', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    externalId: `object-${displayName}`,
    displayName,
    members: members.map((value) => ({ value })),
  })
  expect(answer.status).toBe(201)
  return answer.body.id
}

async function membersOf(id: string): Promise<string[]> {
  const { body } = await entra('GET', `Groups/${id}`)
  return body.members.map((member: { value: string }) => member.value)
}

test('more groups than one page holds are all found, page after page', async () => {
  for (let n = 0; n < 6; n += 1) await made(`paged-${n}`)
  const seen: string[] = []
  let total = 1
  for (let start = 1; start <= total; start += 5) {
    const { body } = await entra('GET', `Groups?startIndex=${start}&count=5`)
    total = body.totalResults
    seen.push(...body.Resources.map((group: { id: string }) => group.id))
  }
  expect(total).toBeGreaterThan(15)
  expect(new Set(seen).size).toBe(total)
})

test('a group is found as Entra ID looks: by name without members, by external id, by id and member', async () => {
  const id = await made('looked-for', [ids.ada])
  const byName = await entra(
    'GET',
    `${filtered('displayName eq "LOOKED-for"')}&excludedAttributes=members`,
  )
  expect(byName.body).toMatchObject({ totalResults: 1, Resources: [{ id }] })
  expect(byName.body.Resources[0]).not.toHaveProperty('members')
  const alone = await entra('GET', `Groups/${id}?excludedAttributes=members`)
  expect(alone.body).not.toHaveProperty('members')
  const total = async (filter: string) => (await entra('GET', filtered(filter))).body.totalResults
  expect(await total('externalId eq "object-looked-for"')).toBe(1)
  expect(await total(`id eq "${id}" and members eq "${ids.ada}"`)).toBe(1)
  expect(await total(`id eq "${id}" and members eq "${ids.ben}"`)).toBe(0)
  expect((await entra('GET', filtered('userName eq "x"'))).body.scimType).toBe('invalidFilter')
})

const add = (...values: string[]) => ({
  op: 'Add',
  path: 'members',
  value: values.map((value) => ({ $ref: null, value })),
})

test.each([
  ['adds a list', () => [add(ids.ben, ids.chen)], ['ada', 'ben', 'chen']],
  ['adds one by its filter', () => [one('Add', ids.ben)], ['ada', 'ben']],
  ['adds one already there', () => [add(ids.ada)], ['ada']],
  ['removes one by its filter', () => [one('Remove', ids.ada)], []],
  ['removes a list', () => [{ op: 'Remove', path: 'members', value: [{ value: ids.ada }] }], []],
  ['removes whoever is not in', () => [one('remove', ids.chen)], ['ada']],
  ['removes all', () => [add(ids.ben), { op: 'Remove', path: 'members' }], []],
  [
    'replaces all',
    () => [add(ids.ben), { op: 'Replace', path: 'members', value: [{ value: ids.chen }] }],
    ['chen'],
  ],
  [
    'adds without a path',
    () => [{ op: 'add', value: { members: [{ value: ids.ben }] } }],
    ['ada', 'ben'],
  ],
  [
    'replaces without a path',
    () => [{ op: 'replace', value: { members: [{ value: ids.ben }] } }],
    ['ben'],
  ],
  ['adds, then removes', () => [add(ids.ben), one('Remove', ids.ben)], ['ada']],
  ['removes, then adds', () => [one('Remove', ids.ada), add(ids.ada)], ['ada']],
  [
    'replaces, then removes and adds',
    () => [
      { op: 'Replace', path: 'members', value: [{ value: ids.ada }, { value: ids.ben }] },
      one('Remove', ids.ada),
      add(ids.chen),
    ],
    ['ben', 'chen'],
  ],
  ['names a stranger', () => [add('usr_nobody', ids.ben)], ['ada', 'ben']],
] as const)('a patch that %s', async (what, operations, left) => {
  const id = await made(`patch ${what}`, [ids.ada])
  const answer = await entra('PATCH', `Groups/${id}`, patched(...operations()))
  expect(answer.status).toBe(200)
  expect((await membersOf(id)).sort()).toEqual(left.map((name) => ids[name]).sort())
})

function one(op: string, id: string) {
  return { op, path: `members[value eq "${id}"]` }
}

test.each([
  ['chooses members in another way', { op: 'Add', path: 'members[display eq "x"]' }, 'invalidPath'],
  [
    'puts one member in the place of another',
    { op: 'Replace', path: 'members[value eq "x"]', value: 'y' },
    'invalidPath',
  ],
  ['lists numbers as members', { op: 'Add', path: 'members', value: [1] }, 'invalidValue'],
  [
    'names a member with a NUL',
    { op: 'Add', path: 'members', value: [{ value: 'a\0' }] },
    'invalidValue',
  ],
  ['takes the name away', { op: 'Remove', path: 'displayName' }, 'invalidValue'],
  ['gives an empty name', { op: 'Replace', path: 'displayName', value: ' ' }, 'invalidValue'],
  ['removes members without a path', { op: 'Remove', value: { members: [] } }, 'noTarget'],
])('a patch that %s is refused as a whole', async (what, operation, scimType) => {
  const id = await made(`refused ${what}`, [ids.ada])
  const answer = await entra('PATCH', `Groups/${id}`, patched(add(ids.ben), operation))
  expect(answer).toMatchObject({ status: 400, body: { scimType } })
  expect(await membersOf(id)).toEqual([ids.ada])
})

test('Okta renames by a path-less object that repeats the id, Entra ID by path; members stay', async () => {
  const id = await made('to-be-renamed', [ids.ada])
  const okta = patched({ op: 'replace', value: { id, displayName: 'renamed by Okta' } })
  expect((await entra('PATCH', `Groups/${id}`, okta)).body.displayName).toBe('renamed by Okta')
  const entraId = patched({ op: 'Replace', path: 'displayName', value: 'renamed by Entra' })
  expect((await entra('PATCH', `Groups/${id}`, entraId)).body.displayName).toBe('renamed by Entra')
  expect(await membersOf(id)).toEqual([ids.ada])
  const taken = patched({ op: 'replace', value: { displayName: 'payments-core' } })
  expect(await entra('PATCH', `Groups/${id}`, taken)).toMatchObject({
    status: 409,
    body: { scimType: 'uniqueness' },
  })
})

test('a put replaces name and members', async () => {
  const id = await made('to-be-put', [ids.ada])
  const put = { displayName: 'was-put', members: [{ value: ids.ben, display: 'Ben' }] }
  expect(await entra('PUT', `Groups/${id}`, put)).toMatchObject({
    status: 200,
    body: { displayName: 'was-put', externalId: 'object-to-be-put' },
  })
  expect(await membersOf(id)).toEqual([ids.ben])
})

test('a dropped group gives nobody a role, and is the same group when it comes back', async () => {
  const [group] = (await entra('GET', filtered('displayName eq "payments-developers"'))).body
    .Resources
  const roles = async () => Object.values((await organisation.viewer('ada.okafor')).roles).flat()
  expect(await roles()).toContain('developer')
  expect((await entra('DELETE', `Groups/${group.id}`)).status).toBe(204)
  expect((await entra('GET', `Groups/${group.id}`)).status).toBe(404)
  expect(await roles()).not.toContain('developer')
  const again = await entra('POST', 'Groups', {
    displayName: 'payments-developers',
    externalId: 'payments-developers',
    members: [{ value: ids.ada }],
  })
  expect(again).toMatchObject({ status: 201, body: { id: group.id } })
  expect(await roles()).toContain('developer')
})
