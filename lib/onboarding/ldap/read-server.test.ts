import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RawEntry } from '#lib/directory/ldap/entry.ts'
import { ATTRIBUTE_MAPS } from '#lib/directory/ldap/flavours.ts'
import { rangeOf } from '#lib/directory/ldap/ranged.ts'
import type { LdapSession } from '#lib/ports/ldap.ts'
import { membersOf } from './read-server.ts'

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
