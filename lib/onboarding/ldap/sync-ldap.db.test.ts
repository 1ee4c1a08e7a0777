import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { type LdapBench, ldapBench } from '#lib/testing/ldap-bench.ts'
import { groupDn, openldapTree, personDn, type Tree } from '#lib/testing/ldap-people.ts'

const slapd = findSlapd()
const on = test.skipIf(!slapd)
const TEAM = ['ann', 'bob', 'cleo', 'dave', 'eve', 'finn', 'gus', 'hana']

let at: LdapBench
let tree: Tree

beforeAll(async () => {
  if (!slapd) return
  at = await ldapBench(slapd)
  tree = openldapTree(at.server)
  await tree.people(TEAM)
  await tree.group('inner', ['cleo', 'dave'].map(personDn))
  await tree.group('outer', [personDn('ann'), groupDn('inner'), personDn('nobody')])
  await tree.set(personDn('bob'), { manager: personDn('ann') })
  await at.setUp({ flavour: 'openldap', nameAttribute: 'uid' })
})
afterAll(() => at?.close())

on(
  'the first reading takes in everybody, with their managers, and groups within groups',
  async () => {
    const state = await at.read()
    expect(state).toMatchObject({ reason: null, people: TEAM.length, groups: 2, sinceFull: 0 })
    expect((await at.people()).find(({ name }) => name === 'bob')).toMatchObject({
      ...{ status: 'active', email: 'bob@bank.example', display: 'bob of the bank' },
      manager: 'ann',
    })
    expect(await at.members('outer')).toEqual(['ann', 'cleo', 'dave'])
    expect(await at.members('inner')).toEqual(['cleo', 'dave'])
  },
)

on('who signs in is found by the immutable id', async () => {
  const [entry] = await at.search(personDn('ann'), ['entryUUID'])
  const id = entry?.texts.get('entryuuid')?.[0]
  expect((await at.people()).find(({ name }) => name === 'ann')?.externalId).toBe(id)
})

on('the next reading asks for what changed only, and changes no more than that', async () => {
  const told = await at.acts()
  await at.read()
  expect(await at.acts()).toEqual(told)
  await tree.set(personDn('gus'), { mail: 'gus@elsewhere.example' })
  await tree.person('ivy')
  await tree.set(groupDn('inner'), { member: [personDn('ivy'), personDn('cleo')] })
  const state = await at.read()
  expect(state.sinceFull).toBe(2)
  expect(await at.members('outer')).toEqual(['ann', 'cleo', 'ivy'])
  const after = (await at.acts()).slice(told.length)
  expect(after.toSorted()).toEqual([
    'group.synced',
    'group.synced',
    'person.synced',
    'person.synced',
  ])
})

on('a person who is renamed and moved stays the same person, with their groups', async () => {
  const before = (await at.people()).find(({ name }) => name === 'cleo')?.id
  await at.server.move(personDn('cleo'), personDn('cleopatra'))
  await tree.set(personDn('cleopatra'), { uid: 'cleopatra' })
  await at.read()
  expect((await at.people()).find(({ name }) => name === 'cleopatra')?.id).toBe(before)
  await at.read({ whole: true })
  expect((await at.people()).find(({ name }) => name === 'cleopatra')?.id).toBe(before)
})

on(
  'who is deleted is missed by the next full reading: gone, with sessions and groups',
  async () => {
    const viewer = await at.organisation.viewer('dave')
    await tree.remove(personDn('dave'))
    await at.read()
    expect((await at.people()).find(({ name }) => name === 'dave')?.status).toBe('active')
    await at.read({ whole: true })
    expect((await at.people()).find(({ name }) => name === 'dave')?.status).toBe('left')
    expect(await at.openSessions(viewer.id)).toBe(0)
    expect(await at.acts()).toContain('person.removed')
  },
)

on('every so many readings look at everybody without being asked', async () => {
  await at.sql(`update ldap_setting set full_every = 3`, [])
  await at.read({ whole: true })
  const asked: number[] = []
  for (let times = 0; times < 3; times += 1) asked.push((await at.read()).sinceFull)
  expect(asked).toEqual([1, 2, 0])
})

on(
  'a server that is down changes nothing: what is known stays, grows old, and stops requests',
  async () => {
    const good = await at.read()
    await at.server.down()
    const bad = await at.read()
    expect(bad).toMatchObject({ reason: 'unreachable', people: good.people })
    expect(bad.asOf).toEqual(good.asOf)
    expect(await at.factOf('ann')).toMatchObject({ known: true })
    await at.sql(`update ldap_state set as_of = clock_timestamp() - interval '3 hours'`, [])
    expect(await at.factOf('ann')).toMatchObject({
      known: false,
      why: expect.stringContaining('too long ago'),
    })
    await at.server.restart()
    expect(await at.read()).toMatchObject({ reason: null })
    expect(await at.factOf('ann')).toMatchObject({ known: true })
  },
)

on('an answer cut short, and a base that shows nobody, take nobody away', async () => {
  const before = await at.people()
  await at.server.restart({ sizeLimit: 3 })
  expect((await at.read({ whole: true })).reason).toBe('too_large')
  await at.server.restart({ sizeLimit: 'unlimited' })
  await at.sql(`update ldap_setting set people_base = 'ou=Empty,dc=bank,dc=example'`, [])
  expect((await at.read({ whole: true })).reason).toBe('nobody_found')
  await at.sql(`update ldap_setting set people_base = 'ou=People,dc=bank,dc=example'`, [])
  expect(await at.read({ whole: true })).toMatchObject({ reason: null })
  expect(await at.people()).toEqual(before)
})

on('an entry that cannot be taken in is told, and stands in nobody’s way', async () => {
  await tree.person('uma', { uid: 'ann' })
  await tree.person('vic')
  const state = await at.read()
  expect(state.skipped).toBe(1)
  expect(state.skippedSome[0]?.why).toContain('ann')
  expect((await at.people()).map(({ name }) => name)).toContain('vic')
  await tree.remove(personDn('uma'))
  expect((await at.read({ whole: true })).skipped).toBe(0)
})

on('whoever took a reading over is the one that writes', async () => {
  await tree.person('wes')
  await at.due()
  const overtaken = at.readAnd(async () => {
    await at.sql(`update ldap_state set fence = fence + 1, lease_until = null`, [])
  })
  await overtaken
  expect((await at.people()).map(({ name }) => name)).not.toContain('wes')
  await at.read()
  expect((await at.people()).map(({ name }) => name)).toContain('wes')
})

on('two readings at once: one is at it, the other does nothing', async () => {
  const [before] = await at.sql<{ fence: number }>(`select fence::int from ldap_state`, [])
  await at.due()
  await Promise.all([at.sync(), at.sync()])
  const [after] = await at.sql<{ fence: number }>(`select fence::int from ldap_state`, [])
  expect(after?.fence).toBe((before?.fence ?? 0) + 1)
})
