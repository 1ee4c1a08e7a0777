import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveMembers, type GroupNode } from './members.ts'

const people = new Map([
  ['ada', 'usr_ada'],
  ['ben', 'usr_ben'],
])
const group = (dn: string, ...members: string[]): GroupNode => ({ key: `grp_${dn}`, dn, members })

test('who is in a group within a group is in both; a circle ends', () => {
  const found = effectiveMembers(
    [group('a', 'ada', 'b'), group('b', 'ben', 'c'), group('c', 'a'), group('d', 'nobody')],
    people,
  )
  expect([...(found.get('grp_a') ?? [])].sort()).toEqual(['usr_ada', 'usr_ben'])
  expect([...(found.get('grp_c') ?? [])].sort()).toEqual(['usr_ada', 'usr_ben'])
  expect([...(found.get('grp_d') ?? [])]).toEqual([])
})

test('however groups hold each other, it is what a patient reader finds', () => {
  const dns = ['g0', 'g1', 'g2', 'g3', 'g4', 'ada', 'ben', 'who']
  const held = fc.array(fc.subarray(dns), { minLength: 5, maxLength: 5 })
  fc.assert(
    fc.property(held, (lists) => {
      const groups = lists.map((members, at) => group(`g${at}`, ...members))
      const patient = new Map(groups.map(({ dn }) => [dn, new Set<string>()]))
      for (let rounds = 0; rounds < 10; rounds += 1)
        for (const { dn, members } of groups)
          for (const one of members) {
            const known = people.get(one)
            if (known) patient.get(dn)?.add(known)
            for (const inner of patient.get(one) ?? []) patient.get(dn)?.add(inner)
          }
      const found = effectiveMembers(groups, people)
      for (const { dn, key } of groups)
        expect([...(found.get(key) ?? [])].sort()).toEqual([...(patient.get(dn) ?? [])].sort())
    }),
  )
})
