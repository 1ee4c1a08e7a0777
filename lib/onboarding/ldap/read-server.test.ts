import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RawEntry } from '#lib/directory/ldap/entry.ts'
import { ATTRIBUTE_MAPS } from '#lib/directory/ldap/flavours.ts'
import { rangeOf } from '#lib/directory/ldap/ranged.ts'
import type { LdapSession } from '#lib/ports/ldap.ts'
import { membersOf, nextCursor } from './read-server.ts'

const AD = ATTRIBUTE_MAPS.active_directory

/** A server that tells the members of a group in pieces, as Active Directory does from 1500 on. */
function telling(members: readonly string[], piece: number) {
  const asked: string[] = []
  const answer = (attribute: string): RawEntry => {
    const range = rangeOf(attribute) ?? { from: 0, to: '*' }
    const part = members.slice(range.from, range.from + piece)
    const isLast = range.from + part.length >= members.length
    const to = isLast ? '*' : range.from + part.length - 1
    const name = members.length <= piece ? 'member' : `member;range=${range.from}-${to}`
    return {
      dn: 'CN=g',
      texts: new Map([
        ['member', []],
        [name, part],
      ]),
      bytes: new Map(),
    }
  }
  const session: LdapSession = {
    async search({ attributes: [attribute = ''] }) {
      asked.push(attribute)
      return [answer(attribute)]
    },
  }
  return { session, asked, first: answer('member') }
}

test('however large the pieces are, every member is read once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 20 }), async (count, piece) => {
      const members = Array.from({ length: count }, (_, at) => `CN=${at}`)
      const { session, asked, first } = telling(members, piece)
      expect(await membersOf(session, first, AD)).toEqual(members)
      expect(asked).toHaveLength(Math.max(Math.ceil(count / piece) - 1, 0))
    }),
  )
})

test('a piece that does not come is an error, never a part', async () => {
  const { first } = telling(['CN=1', 'CN=2', 'CN=3'], 2)
  const gone: LdapSession = { search: async () => [] }
  await expect(membersOf(gone, first, AD)).rejects.toThrow(/could not be read to the end/)
})

test.each([['member;range=0-1'], ['member;range=1-*'], ['member;range=7-9'], ['member;range=x']])(
  'a piece that is not the next one, %s, is an error, never a part',
  async (attribute) => {
    const { first } = telling(['CN=1', 'CN=2', 'CN=3'], 2)
    const other: LdapSession = {
      search: async () => [
        { dn: 'CN=g', texts: new Map([[attribute, ['CN=3']]]), bytes: new Map() },
      ],
    }
    await expect(membersOf(other, first, AD)).rejects.toThrow(/could not be read to the end/)
  },
)

test('a server whose clock runs ahead, or one entry of the future, does not blind what comes next', () => {
  const { openldap } = ATTRIBUTE_MAPS
  const changed = (time: string): RawEntry => ({
    ...{ dn: 'uid=x', texts: new Map([['modifytimestamp', [time]]]), bytes: new Map() },
  })
  const now = new Date('2026-11-27T12:00:00Z')
  const facts = { cursor: null, place: { serverId: 'x', highest: null }, now }
  const of = (...times: string[]) => nextCursor(openldap, { ...facts, entries: times.map(changed) })
  expect(of('20261127110000Z', '20260101000000Z')).toBe('20261127105500Z')
  expect(of('20261127110000Z', '20991231000000Z')).toBe('20261127115500Z')
})
