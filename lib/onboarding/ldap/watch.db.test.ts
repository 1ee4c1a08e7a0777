import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSlapd } from '#lib/testing/find-slapd.ts'
import { type LdapBench, ldapBench } from '#lib/testing/ldap-bench.ts'
import { activeDirectoryTree, type Domain, groupDn, personDn } from '#lib/testing/ldap-people.ts'
import { acceptLeavers, readDirectoryNow } from './set-ldap.ts'
import { tellOfLate } from './tell-of-directory.ts'

const slapd = findSlapd()
const on = test.skipIf(!slapd)
const TEAM = Array.from({ length: 30 }, (_, index) => `person.${index}`)

let at: LdapBench
let domain: Domain
let id: string

beforeAll(async () => {
  if (!slapd) return
  at = await ldapBench(slapd)
  domain = await activeDirectoryTree(at.server)
  await domain.people(TEAM)
  await domain.group('team', TEAM.slice(0, 12).map(personDn))
  await domain.commit()
  id = await at.setUp({ flavour: 'active_directory', nameAttribute: 'sAMAccountName' })
  await at.read()
})
afterAll(() => at?.close())

const statusOf = async (name: string) =>
  (await at.people()).find((one) => one.name === name)?.status
const accept = (digest: string | null) =>
  acceptLeavers(at.organisation.platform, at.grace, {
    ...{ directoryId: id, digest: digest ?? '', reason: 'these people did leave us' },
  })
const without = async (...names: string[]) => {
  for (const name of names) await domain.remove(personDn(name))
  await domain.commit()
}
/** What each of the two administrators was told, and by how many mails in all. */
const told = async () => {
  const rows = await at.sql<{ who: string; title: string }>(
    `select p.user_name as who, n.title from notice n join person p on p.id = n.person_id where n.event like 'directory.%' order by n.created_at, 1`,
    [],
  )
  const of = (name: string) => rows.flatMap(({ who, title }) => (who === name ? [title] : []))
  expect(of('hugo.meyer')).toEqual(of('grace.kim'))
  const mails = await at.sql(
    `select from delivery where channel = 'mail' and key like '%.directory.%'`,
    [],
  )
  return { notices: of('grace.kim'), mails: mails.length }
}
const HELD = 'A directory would take many away, and you are asked: bank'
const LATE = 'A directory is not read any more: bank'

on(
  'removals that are each small are one within a day, and its administrators are told',
  async () => {
    await without('person.29', 'person.28', 'person.27')
    expect(await at.read({ whole: true })).toMatchObject({ held: null })
    expect(await statusOf('person.27')).toBe('left')
    await without('person.26', 'person.25')
    expect(await at.read({ whole: true })).toMatchObject({ held: null })
    expect(await told()).toEqual({ notices: [], mails: 0 })
    await without('person.24')
    const held = await at.read({ whole: true })
    expect(held.held).toHaveLength(1)
    expect(held.facts).toMatchObject({ people: { removed: 1, of: 25 }, lately: { people: 5 } })
    expect(await statusOf('person.24')).toBe('active')
    expect(await told()).toEqual({ notices: [HELD], mails: 2 })
  },
)

on('who is held is told of once, and again after a day', async () => {
  await at.read()
  await without('person.23')
  await at.read()
  expect((await told()).notices).toEqual([HELD])
  await at.sql(`update ldap_state set held_told_at = held_told_at - interval '25 hours'`, [])
  await at.read()
  await at.read()
  expect(await told()).toEqual({ notices: [HELD, HELD], mails: 4 })
})

on('what is accepted while a reading is on its way is not lost, and goes at once', async () => {
  const { digest } = await at.state()
  await at.due()
  await at.readAnd(async () => {
    expect(await accept(digest)).toMatchObject({ ok: true })
  })
  // without being asked for: the reading that was on its way calls the next
  await at.sync()
  expect(await at.state()).toMatchObject({ held: null })
  expect(await statusOf('person.24')).toBe('left')
})

on('asked for while a reading is on its way, another one of everybody follows', async () => {
  await at.read()
  await at.due()
  await at.readAnd(async () => {
    const asked = await readDirectoryNow(at.organisation.platform, at.grace, { directoryId: id })
    expect(asked.ok).toBe(true)
  })
  expect((await at.state()).sinceFull).toBeGreaterThan(0)
  await at.sync()
  expect((await at.state()).sinceFull).toBe(0)
  await at.sync()
  expect((await at.state()).sinceFull).toBe(0)
})

on('whom somebody was asked about count no more, nor does what is a day old', async () => {
  await without('person.22', 'person.21', 'person.20', 'person.19', 'person.18')
  expect(await at.read({ whole: true })).toMatchObject({ held: null })
  const age = `update ldap_state set gone = jsonb_set(gone, '{0,at}', to_jsonb(now() - interval '25 hours'))`
  await at.sql(age, [])
  await without('person.17')
  expect(await at.read({ whole: true })).toMatchObject({ held: null })
  expect(await statusOf('person.17')).toBe('left')
})

on('another removal than the one that was accepted is told of anew', async () => {
  await at.sql(`update ldap_state set gone = '[]'`, [])
  const before = (await told()).notices.length
  await domain.set(groupDn('team'), { member: TEAM.slice(0, 4).map(personDn) })
  await domain.commit()
  const held = await at.read()
  expect(held.held).toHaveLength(8)
  expect((await told()).notices).toHaveLength(before + 1)
  expect(await accept(held.digest)).toMatchObject({ ok: true })
  await without('person.0')
  const again = await at.read()
  expect(again.held?.length).toBeGreaterThan(0)
  expect((await told()).notices).toHaveLength(before + 2)
  expect(await accept(again.digest)).toMatchObject({ ok: true })
  expect(await at.read()).toMatchObject({ held: null })
})

on(
  'a directory that is not read any more is told of once, and again when it comes back and goes',
  async () => {
    await at.sql(`delete from notice`, [])
    const late = () => tellOfLate(at.worker.platform)
    const ages = (minutes: number) =>
      at.sql(`update ldap_state set as_of = clock_timestamp() - make_interval(mins => $1)`, [
        minutes,
      ])
    await ages(59)
    await late()
    expect((await told()).notices).toEqual([])
    await ages(61)
    await late()
    await late()
    expect((await told()).notices).toEqual([LATE])
    await at.read()
    await late()
    await ages(61)
    await late()
    expect((await told()).notices).toEqual([LATE, LATE])
    // one whose removal is held says so while it is read, and no longer
    await at.read()
    await late()
    await at.sql(
      `update ldap_state set held = '{}', held_digest = sha256('x'), held_facts = '{}', held_since = now()`,
      [],
    )
    await ages(61)
    await late()
    expect((await told()).notices).toEqual([LATE, LATE])
    await at.sql(
      `update ldap_state set trouble_reason = 'unreachable', trouble = 'no answer', trouble_since = now(), late_told_at = null`,
      [],
    )
    await late()
    expect((await told()).notices).toEqual([LATE, LATE, LATE])
    await at.sql(
      `update ldap_state set held = null, held_digest = null, held_facts = null, held_since = null`,
      [],
    )
    await at.read()
  },
)

on('who is disabled and renamed falls at once, though another has the new name still', async () => {
  await domain.set(personDn('person.1'), {
    ...{ sAMAccountName: 'person.2', userAccountControl: '514' },
  })
  await domain.set(personDn('person.2'), { sAMAccountName: 'person.two' })
  await domain.commit()
  await at.read()
  expect(await statusOf('person.1')).toBe('disabled')
  expect(await statusOf('person.two')).toBe('active')
  await at.read({ whole: true })
  expect(await statusOf('person.2')).toBe('disabled')
})

on('an account that ran out falls with the next full reading', async () => {
  await domain.set(personDn('person.3'), { accountExpires: '133000000000000000' })
  await domain.set(personDn('person.4'), { accountExpires: '9223372036854775807' })
  await domain.commit()
  await at.read({ whole: true })
  expect(await statusOf('person.3')).toBe('disabled')
  expect(await statusOf('person.4')).toBe('active')
})

on(
  'whoever is disabled falls though others are held, and takes nothing of what was accepted back',
  async () => {
    const more = Array.from({ length: 10 }, (_, index) => `more.${index}`)
    await domain.people(more)
    await domain.commit()
    await at.read({ whole: true })
    await domain.set(personDn('more.8'), { userAccountControl: '514' })
    await without(...more.slice(0, 8))
    const held = await at.read({ whole: true })
    expect(held.held).toHaveLength(8)
    expect(await statusOf('more.8')).toBe('disabled')
    expect(await statusOf('more.0')).toBe('active')
    expect(await accept(held.digest)).toMatchObject({ ok: true })
    await domain.set(personDn('more.9'), { userAccountControl: '514' })
    await domain.commit()
    expect(await at.read()).toMatchObject({ held: null })
    expect([await statusOf('more.9'), await statusOf('more.0')]).toEqual(['disabled', 'left'])
  },
)

on(
  'whoever is moved keeps their places, though the domain calls no group changed; so with a whole folder',
  async () => {
    const before = ['mover.a', 'mover.b', 'mover.c']
    await domain.people(before)
    await domain.group('movers', before.map(personDn))
    await domain.commit()
    await at.read()
    const [moved = '', ...rest] = before
    // as a domain does: the person is changed, the group holds them under the new name and is not
    const newDn = `cn=${moved},ou=Empty,dc=bank,dc=example`
    const people = 'dc=bank,dc=example'
    await at.sql(`update ldap_setting set people_base = $1`, [people])
    await at.server.move(personDn(moved), newDn)
    await at.server.set(groupDn('movers'), { member: [newDn, ...rest.map(personDn)] })
    await domain.set(newDn, { mail: 'moved@bank.example' })
    await domain.commit()
    expect(await at.read()).toMatchObject({ reason: null })
    expect(await at.members('movers')).toEqual(before)
    await at.read()
    expect(await at.members('movers')).toEqual(before)
    // nothing tells of who stands in a folder that was renamed: the group is changed, and the next reading looks at everybody
    const again = personDn(moved)
    await at.server.move(newDn, again)
    await domain.set(groupDn('movers'), { member: before.map(personDn) })
    await domain.commit()
    const state = await at.read()
    expect(state.sinceFull).toBe(0)
    expect(await at.members('movers')).toEqual(before)
  },
)
