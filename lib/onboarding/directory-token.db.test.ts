import { afterAll, beforeAll, expect, test } from 'vitest'
import { readDirectories } from '#lib/directory/queries.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { anotherDirectory, scimClient } from '#lib/testing/scim-client.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import type { Viewer } from '#lib/viewer.ts'
import { issueDirectoryToken, revokeDirectoryToken } from './directory-token.ts'

let organisation: TestOrganisation
let grace: Viewer
let directoryId: string

beforeAll(async () => {
  organisation = await testOrganisation()
  webProcessOf(organisation)
  grace = await organisation.viewer('grace.kim')
  directoryId = (await sandbox()).id
})
afterAll(() => organisation?.close())

function sql<T>(text: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(text, ...values),
  )
}

async function sandbox() {
  const found = (await readDirectories(organisation.platform, grace)).find(
    ({ name }) => name === 'sandbox',
  )
  if (!found) throw new Error('the seeded directory is gone')
  return found
}

async function issued(): Promise<{ token: string; mark: string }> {
  const answer = await issueDirectoryToken(organisation.platform, grace, {
    directoryId,
    reason: 'yearly rotation',
  })
  if (!answer.ok) throw new Error(answer.error.code)
  return answer.value
}

function revoke(mark: string, of = directoryId) {
  const input = { directoryId: of, mark, reason: 'rotated' }
  return revokeDirectoryToken(organisation.platform, grace, input)
}

const statusWith = async (token: string) => (await scimClient(token)('GET', 'Users')).status

test('a directory changes over without a gap: two tokens are valid until the old one is revoked', async () => {
  expect(await statusWith('scim')).toBe(200)
  const next = await issued()
  expect([await statusWith('scim'), await statusWith(next.token)]).toEqual([200, 200])
  const { tokens } = await sandbox()
  expect(tokens.map(({ mark, usedAt }) => [mark === next.mark, usedAt !== null])).toEqual([
    [true, true],
    [false, true],
  ])
  expect(
    await issueDirectoryToken(organisation.platform, grace, { directoryId, reason: 'a third' }),
  ).toEqual({ ok: false, error: { code: 'directory_tokens_enough', live: 2 } })
  const old = tokens[1]?.mark ?? ''
  expect(await revoke(old)).toEqual({ ok: true, value: { mark: old } })
  expect([await statusWith('scim'), await statusWith(next.token)]).toEqual([401, 200])
  expect(await revoke(old)).toMatchObject({
    ok: false,
    error: { code: 'directory_token_not_found' },
  })
})

test('a token is kept as its hash, and stands in no other table, in no audit event', async () => {
  const { token, mark } = await issued()
  const kept = await sql<{ token_hash: Uint8Array }>(
    `select token_hash from directory_token where left(encode(token_hash, 'hex'), 12) = $1`,
    mark,
  )
  expect(kept.map((row) => Buffer.from(row.token_hash))).toEqual([Buffer.from(sha256Bytes(token))])
  const told = await sql<{ action: string; body: string; actor: string }>(
    `select e.action, e.actor, p.body from audit_event e join audit_payload p using (tenant_id, seq) where e.action like 'directory.%' order by e.seq`,
  )
  expect(told.map(({ action, actor }) => [action, actor])).toEqual([
    ['directory.token_issued', grace.id],
    ['directory.token_revoked', grace.id],
    ['directory.token_issued', grace.id],
  ])
  expect(told.at(-1)?.body).toContain(mark)
  expect(told.some(({ body }) => body.includes(token))).toBe(false)
  await revoke(mark)
})

test('of two who make the last allowed token at once one is told that there are enough', async () => {
  const input = { directoryId, reason: 'at once' }
  const both = await Promise.all(
    [1, 2].map(() => issueDirectoryToken(organisation.platform, grace, input)),
  )
  expect(both.filter((answer) => answer.ok)).toHaveLength(1)
})

test('a directory that is not there gets no token, and a token is revoked only as its directory’s', async () => {
  const answer = await issueDirectoryToken(organisation.platform, grace, {
    directoryId: 'dir_x',
    reason: 'whatever',
  })
  expect(answer).toEqual({ ok: false, error: { code: 'directory_not_found' } })
  const other = await anotherDirectory(organisation, 'partner')
  const mark = (await sandbox()).tokens.find(({ revokedAt }) => revokedAt === null)?.mark ?? ''
  expect(await revoke(mark, other.id)).toMatchObject({
    error: { code: 'directory_token_not_found' },
  })
})

test('only whoever manages the platform is told of directories', async () => {
  expect((await sandbox()).people).toBe(9)
  for (const user of ['iris.novak', 'ben.carter', 'chen.wei'])
    expect(await readDirectories(organisation.platform, await organisation.viewer(user))).toEqual(
      [],
    )
})
