import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { type LdapBench, ldapBench } from '#lib/testing/ldap-bench.ts'
import {
  activeDirectoryTree,
  type Domain,
  groupDn,
  guidOf,
  personDn,
} from '#lib/testing/ldap-people.ts'
import { issueDirectoryToken } from '../directory-token.ts'
import { acceptLeavers, endLdap, setLdap } from './set-ldap.ts'

const slapd = findSlapd()
const on = test.skipIf(!slapd)
const TEAM = Array.from({ length: 20 }, (_, index) => `person.${index}`)
const AD = { flavour: 'active_directory', nameAttribute: 'sAMAccountName' } as const
const reason = 'these people did leave us'

let at: LdapBench
let domain: Domain
let id: string

beforeAll(async () => {
  if (!slapd) return
  at = await ldapBench(slapd)
  domain = await activeDirectoryTree(at.server)
  await domain.people(TEAM)
  await domain.group('team', TEAM.slice(0, 12).map(personDn))
  await domain.person('disabled', { userAccountControl: '514' })
  await domain.commit()
  id = await at.setUp(AD)
  await at.read()
})
afterAll(() => at?.close())

const statusOf = async (name: string) =>
  (await at.people()).find((one) => one.name === name)?.status
const active = async () => (await at.people()).filter(({ status }) => status === 'active').length
const accept = (digest: string | null) =>
  acceptLeavers(at.organisation.platform, at.grace, {
    ...{ directoryId: id, digest: digest ?? '0'.repeat(64), reason },
  })

on('people of Active Directory are taken in, but no account that is disabled', async () => {
  expect(await active()).toBe(20)
  expect(await statusOf('disabled')).toBeUndefined()
  expect(await at.members('team')).toHaveLength(12)
  const [entry] = (await at.people()).filter(({ name }) => name === 'person.3')
  const hex = guidOf('person.3').toString('hex')
  const first = [hex.slice(6, 8), hex.slice(4, 6), hex.slice(2, 4), hex.slice(0, 2)].join('')
  expect(entry?.externalId?.startsWith(`${first}-`)).toBe(true)
})

on(
  'who is disabled loses every session with the next reading, and comes back as the same person',
  async () => {
    const viewer = await at.organisation.viewer('person.1')
    expect(await at.openSessions(viewer.id)).toBe(1)
    await domain.set(personDn('person.1'), { userAccountControl: '514' })
    await domain.commit()
    const state = await at.read()
    expect(state).toMatchObject({ reason: null, sinceFull: 1 })
    expect(await statusOf('person.1')).toBe('disabled')
    expect(await at.openSessions(viewer.id)).toBe(0)
    expect((await at.acts()).at(-1)).toBe('person.disabled')
    await domain.set(personDn('person.1'), { userAccountControl: '512' })
    await domain.commit()
    await at.read()
    expect((await at.people()).find(({ name }) => name === 'person.1')).toMatchObject({
      ...{ id: viewer.id, status: 'active' },
    })
  },
)

on(
  'only what was counted since is asked for; another database than before is read from the beginning',
  async () => {
    const told = (await at.acts()).length
    expect((await at.read()).sinceFull).toBeGreaterThan(0)
    await domain.set(personDn('person.2'), { mail: 'two@bank.example' })
    await domain.commit()
    await at.read()
    expect((await at.acts()).slice(told)).toEqual(['person.synced'])
    await domain.reborn()
    expect((await at.read()).sinceFull).toBe(0)
    expect((await at.read()).sinceFull).toBe(1)
    await at.sql(`update ldap_state set cursor = '999999'`, [])
    expect((await at.read()).sinceFull).toBe(0)
  },
)

on('an account whose state cannot be read is left as it is, and told', async () => {
  await domain.set(personDn('person.4'), { userAccountControl: [] })
  await domain.commit()
  const state = await at.read({ whole: true })
  expect(state.skippedSome[0]?.why).toContain('userAccountControl')
  expect(await statusOf('person.4')).toBe('active')
  await domain.set(personDn('person.4'), { userAccountControl: '512' })
  await domain.commit()
  expect((await at.read({ whole: true })).skipped).toBe(0)
})

on(
  'many who would go are held, with who it is; who is disabled falls, and who came is taken in',
  async () => {
    const good = await at.state()
    for (const name of TEAM.slice(12, 18)) await domain.remove(personDn(name))
    await domain.set(personDn('person.19'), { userAccountControl: '514' })
    await domain.person('newcomer')
    await domain.commit()
    const held = await at.read({ whole: true })
    expect(held.facts?.people).toEqual({ removed: 6, of: 20 })
    expect(held.facts?.who.map(({ userName }) => userName)).toEqual(TEAM.slice(12, 18))
    expect(held.asOf).toEqual(good.asOf)
    expect(await active()).toBe(20)
    expect(await statusOf('newcomer')).toBe('active')
    expect(await statusOf('person.12')).toBe('active')
    expect(await statusOf('person.19')).toBe('disabled')
    const told = (await at.acts()).filter((act) => act === 'directory.held').length
    await at.read()
    expect((await at.acts()).filter((act) => act === 'directory.held')).toHaveLength(told)
  },
)

on('accepted is the very removal that was seen; one more leaver is judged anew', async () => {
  const held = await at.state()
  expect(await accept(null)).toMatchObject({ error: { code: 'directory_not_held' } })
  expect(await accept(held.digest)).toMatchObject({ ok: true })
  await domain.remove(personDn('person.18'))
  await domain.commit()
  const again = await at.read()
  expect(again.digest).not.toBe(held.digest)
  expect(again.facts?.people.removed).toBe(7)
  expect(await active()).toBe(20)
  expect(await accept(held.digest)).toMatchObject({ error: { code: 'directory_not_held' } })
  expect(await accept(again.digest)).toMatchObject({ ok: true })
  // one of them came back meanwhile: the others were accepted one by one
  await domain.person('person.17')
  await domain.commit()
  expect(await at.read()).toMatchObject({ held: null, reason: null })
  expect(await active()).toBe(14)
  expect(await statusOf('person.17')).toBe('active')
  expect(await statusOf('person.12')).toBe('left')
})

on('a group that loses most of its members is held as well, though nobody would go', async () => {
  const before = await at.members('team')
  await domain.set(groupDn('team'), { member: before.slice(0, 2).map(personDn) })
  await domain.commit()
  const held = await at.read()
  expect(held.held).toHaveLength(before.length - 2)
  expect(held.facts?.people.removed).toBe(0)
  expect(await at.members('team')).toEqual(before)
  expect(await accept(held.digest)).toMatchObject({ ok: true })
  await at.read()
  expect(await at.members('team')).toEqual(before.slice(0, 2))
})

on('a few may always go, and one that is whole again is no more held', async () => {
  await domain.remove(personDn('person.5'))
  await domain.commit()
  expect(await at.read({ whole: true })).toMatchObject({ held: null })
  expect(await statusOf('person.5')).toBe('left')
  for (const name of TEAM.slice(6, 12))
    await domain.set(personDn(name), { userAccountControl: '514' })
  await domain.commit()
  expect((await at.read()).held).toHaveLength(6)
  for (const name of TEAM.slice(6, 12))
    await domain.set(personDn(name), { userAccountControl: '512' })
  await domain.commit()
  expect(await at.read()).toMatchObject({ held: null })
})

on(
  'a password is kept for the server, the authority and the account it was given for only',
  async () => {
    const { platform } = at.organisation
    const change = (differs: object) =>
      setLdap(platform, at.grace, at.terms({ ...AD, directoryId: id, password: '', ...differs }))
    expect(await change({ everyMinutes: 7 })).toMatchObject({ ok: true })
    expect(await at.read()).toMatchObject({ reason: null })
    for (const differs of [{ url: 'ldaps://127.0.0.1:1' }, { bindDn: 'cn=x' }, { caPem: '' }])
      expect(await change(differs)).toMatchObject({ error: { code: 'ldap_password_missing' } })
    expect(await change({ password: 'wrong' })).toMatchObject({ ok: true })
    expect((await at.read()).reason).toBe('unauthorised')
    expect(await change({ password: at.server.access.password })).toMatchObject({ ok: true })
    expect(await at.read()).toMatchObject({ reason: null })
    expect(await change({ directoryId: null, name: 'second', password: 'x' })).toMatchObject({
      error: { code: 'directory_taken' },
    })
    const outside = await change({ url: 'ldaps://elsewhere.example' })
    expect(outside).toMatchObject({ error: { code: 'endpoint_not_allowed' } })
  },
)

on('web reads no password, and what is read by LDAP has no token', async () => {
  const { platform } = at.organisation
  await expect(
    platform.read(at.grace, (tx) => tx.$queryRawUnsafe('select sealed from secret')),
  ).rejects.toThrow(/permission denied/)
  expect(await issueDirectoryToken(platform, at.grace, { directoryId: id, reason })).toMatchObject({
    error: { code: 'directory_reads_ldap' },
  })
})

on('no longer read, its password is destroyed and people stay as they are', async () => {
  const before = await active()
  const end = () => endLdap(at.organisation.platform, at.grace, { directoryId: id, reason })
  expect(await end()).toMatchObject({ ok: true })
  expect(await end()).toMatchObject({ error: { code: 'directory_not_ldap' } })
  expect(await active()).toBe(before)
  expect(
    await at.sql(
      `select from secret where purpose like 'ldap-password:%' and revoked_at is null`,
      [],
    ),
  ).toEqual([])
  await at.sync()
})
