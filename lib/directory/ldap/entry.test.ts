import fc from 'fast-check'
import { expect, test } from 'vitest'
import { groupOf, personOf, type RawEntry } from './entry.ts'
import { ATTRIBUTE_MAPS } from './flavours.ts'

const AD = ATTRIBUTE_MAPS.active_directory
const entry = (texts: Record<string, string>, bytes = new Uint8Array(16).fill(1)): RawEntry => ({
  dn: 'CN=Ada,DC=x',
  texts: new Map(Object.entries(texts).map(([name, value]) => [name.toLowerCase(), [value]])),
  bytes: new Map([['objectguid', bytes]]),
})
const now = new Date('2026-11-27T12:00:00Z')
const AS = { name: 'sAMAccountName', now } as const
const ada = { sAMAccountName: 'ada', userAccountControl: '512', mail: 'ada@x', displayName: 'Ada' }

test('a person of Active Directory', () => {
  expect(personOf(entry({ ...ada, manager: 'CN=Boss,DC=X' }), AD, AS)).toEqual({
    ...{ objectId: '01010101-0101-0101-0101-010101010101', dn: 'cn=ada,dc=x' },
    ...{ manager: 'cn=boss,dc=x' },
    facts: {
      ...{ userName: 'ada', displayName: 'Ada', email: 'ada@x', active: true },
      externalId: '01010101-0101-0101-0101-010101010101',
    },
  })
})

test.each([
  [{ ...ada, userAccountControl: '514' }, { facts: { active: false } }],
  [{ ...ada, userAccountControl: '' }, { why: expect.stringContaining('userAccountControl') }],
  [{ ...ada, sAMAccountName: ' ' }, { why: 'it has no sAMAccountName' }],
  [{ ...ada, sAMAccountName: 'a\u0000b' }, { why: expect.stringContaining('userName') }],
  [{ ...ada, sAMAccountName: '', userAccountControl: '514' }, { isDisabled: true }],
  [{ ...ada, sAMAccountName: 'a\u0000b', userAccountControl: '514' }, { isDisabled: true }],
  [{ ...ada, accountExpires: '0' }, { facts: { active: true } }],
  [{ ...ada, accountExpires: '9223372036854775807' }, { facts: { active: true } }],
  // an hour before and an hour after
  [{ ...ada, accountExpires: '134402508000000000' }, { facts: { active: false } }],
  [{ ...ada, accountExpires: '134402580000000000' }, { facts: { active: true } }],
  [{ ...ada, accountExpires: 'soon' }, { why: expect.stringContaining('accountExpires') }],
  [{ ...ada, accountExpires: 'soon', userAccountControl: '514' }, { facts: { active: false } }],
  [{ ...ada, accountExpires: '1', userAccountControl: '' }, { facts: { active: false } }],
  [{ ...ada, displayName: '' }, { facts: { displayName: 'ada' } }],
  [{ ...ada, mail: '', sAMAccountName: 'ada@bank' }, { facts: { email: 'ada@bank' } }],
])('%j', (texts, found) => expect(personOf(entry(texts), AD, AS)).toMatchObject(found))

test('without an id nobody can tell who it is', () => {
  const nameless = entry(ada, new Uint8Array(3))
  expect(personOf(nameless, AD, AS)).toMatchObject({ objectId: null })
  expect(groupOf(nameless, AD, [])).toMatchObject({ objectId: null })
})

test('any entry is a person or says why it is none', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(ada), 'manager'), fc.string({ unit: 'binary' })),
      fc.uint8Array({ maxLength: 20 }),
      (texts, bytes) => {
        const found = personOf(entry(texts, bytes), AD, AS)
        if ('why' in found) expect(found.why).not.toBe('')
        else expect(found.facts.externalId).toBe(found.objectId)
      },
    ),
  )
})
