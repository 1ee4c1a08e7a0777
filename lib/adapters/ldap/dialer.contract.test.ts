import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdapterError } from '#lib/adapter-error.ts'
import type { LdapAccess, LdapSearch } from '#lib/ports/ldap.ts'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { freePort } from '#lib/testing/free-port.ts'
import { activeDirectoryTree, BASES, guidOf, personDn } from '#lib/testing/ldap-people.ts'
import { type Page, startScriptedLdap } from '#lib/testing/scripted-ldap.ts'
import { type LdapServer, startSlapd } from '#lib/testing/slapd.ts'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'
import { createLdapDialer } from './dialer.ts'

const slapd = findSlapd()
const MANY = 1203
const dialer = createLdapDialer({ allows: () => true, timeoutMs: 3000 })
const everybody: LdapSearch = {
  ...{ base: BASES.peopleBase, scope: 'sub', filter: '(objectCategory=person)' },
  ...{ attributes: ['objectGUID', 'sAMAccountName', 'cn'], bytes: ['objectGUID'] },
}

const on = test.skipIf(!slapd)
let server: LdapServer

beforeAll(async () => {
  if (!slapd) return
  server = await startSlapd(slapd)
  const tree = await activeDirectoryTree(server)
  await tree.people(Array.from({ length: MANY }, (_, at) => `person ${at}`))
}, 120_000)
afterAll(() => server?.stop())

const search = (differs: Partial<LdapSearch> = {}, access: Partial<LdapAccess> = {}) =>
  dialer.withSession({ ...server.access, ...access }, (session) =>
    session.search({ ...everybody, ...differs }),
  )
const failure = async (asked: Promise<unknown>): Promise<AdapterError> => {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AdapterError)) throw new Error(`no AdapterError: ${String(error)}`)
  return error
}

on('however many there are, every one comes, in pages', async () => {
  const found = await search()
  expect(new Set(found.map(({ dn }) => dn)).size).toBe(MANY)
  const one = found.find(({ dn }) => dn === personDn('person 7'))
  expect(one?.texts.get('samaccountname')).toEqual(['person 7'])
  expect(Buffer.from(one?.bytes.get('objectguid') ?? '').equals(guidOf('person 7'))).toBe(true)
})

on('nobody who fits is nobody, not an error', async () => {
  expect(await search({ base: 'ou=Empty,dc=bank,dc=example' })).toEqual([])
})

on.each([
  [
    'a wrong password',
    {},
    { password: 'wrong' },
    'unauthorised',
    'refused the name or the password',
  ],
  ['another account', {}, { bindDn: 'cn=nobody,dc=bank,dc=example' }, 'unauthorised', 'refused'],
  ['no such base', { base: 'ou=Nowhere,dc=bank,dc=example' }, {}, 'base_not_found', 'no such base'],
  ['a hidden base', { base: 'ou=Hidden,dc=bank,dc=example' }, {}, 'base_not_found', 'not show it'],
  ['what is no name', { base: 'nonsense' }, {}, 'invalid', 'no name'],
] as const)('%s', async (_, differs, access, reason, said) => {
  const error = await failure(search(differs, access))
  expect(error).toMatchObject({ system: 'ldap', reason })
  expect(error.detail).toContain(said)
  expect(error.detail).not.toContain('wrong')
})

on('a certificate of another authority is not trusted, nor one for another name', async () => {
  const { caPem } = await makeCertificates('another')
  expect(await failure(search({}, { caPem }))).toMatchObject({ reason: 'untrusted_certificate' })
  expect(await failure(search({}, { caPem: null }))).toMatchObject({
    reason: 'untrusted_certificate',
  })
  const url = server.access.url.replace('127.0.0.1', '127.0.0.2')
  const other = await failure(search({}, { url }))
  expect(['untrusted_certificate', 'unreachable']).toContain(other.reason)
})

on('where nobody listens, it cannot be reached; where nobody answers, it is late', async () => {
  const url = `ldaps://127.0.0.1:${await freePort()}`
  expect(await failure(search({}, { url }))).toMatchObject({ reason: 'unreachable' })
})

on('an address that is not allowed, or would show the password, is not called', async () => {
  const shut = createLdapDialer({ allows: () => false })
  const use = async () => undefined
  expect(await failure(shut.withSession(server.access, use))).toMatchObject({
    reason: 'not_allowed',
  })
  const clear = { ...server.access, url: server.access.url.replace('ldaps:', 'ldap:') }
  expect(await failure(dialer.withSession(clear, use))).toMatchObject({ reason: 'not_allowed' })
})

on('an answer that the server cuts short is an error, never a part', async () => {
  await server.restart({ sizeLimit: 700 })
  expect(await failure(search())).toMatchObject({ reason: 'too_large' })
  await server.restart({ sizeLimit: 'unlimited' })
  expect(await search()).toHaveLength(MANY)
})

/** What two searches find, one after the other in one session, where a server answers by these pages. */
async function twice(pages: readonly Page[], pauseMs = 0) {
  const scripted = await startScriptedLdap(pages)
  try {
    return await dialer.withSession(scripted.access, async (session) => {
      const names = async () =>
        (await session.search({ ...everybody, attributes: ['cn'], bytes: [] })).map(({ dn }) => dn)
      const first = await names()
      await setTimeout(pauseMs)
      return [first, await names()]
    })
  } finally {
    expect(scripted.connections()).toBe(1)
    await scripted.stop()
  }
}

test('a page without anybody is not the last one, as long as the server says that there is more', async () => {
  const pages = [
    { names: ['ada'], cookie: 'a' },
    ...[{ names: [], cookie: 'b' }, { names: [], cookie: 'c' }, { names: ['ben'] }],
    { names: ['cem'] },
  ]
  expect(await twice(pages)).toEqual([['cn=ada', 'cn=ben'], ['cn=cem']])
})

test('a connection that is lost is not made anew by nobody, who may see a part', async () => {
  const pages = [{ names: ['ada', 'ben'], cut: true } as const, { names: ['ada'] }]
  const lost = await failure(twice(pages, 200))
  expect(lost).toMatchObject({ reason: 'unreachable', retryable: true })
  const between = [{ names: ['ada'], cookie: 'a', cut: true } as const, { names: ['ben'] }]
  expect(await failure(twice(between))).toMatchObject({ reason: 'unreachable' })
})

test('more than can be held is an error, never a part', async () => {
  const scripted = await startScriptedLdap([{ names: ['ada', 'ben', 'cem'] }])
  const small = createLdapDialer({ allows: () => true, mostEntries: 2 })
  const asked = small.withSession(scripted.access, (session) => session.search(everybody))
  expect(await failure(asked)).toMatchObject({ reason: 'too_many' })
  await scripted.stop()
})

test('what goes wrong in the use of a session is told as it is', async () => {
  const scripted = await startScriptedLdap([])
  const ours = new TypeError('a mistake of ours')
  await expect(dialer.withSession(scripted.access, () => Promise.reject(ours))).rejects.toBe(ours)
  await scripted.stop()
})
