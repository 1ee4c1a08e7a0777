import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveMembers, type GroupNode, TooManyPlaces } from './members.ts'

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

test('groups that give more places than can be held are an end, not the end of the worker', () => {
  const people = new Map(Array.from({ length: 20 }, (_, at) => [`uid=${at}`, `p${at}`]))
  const base = { key: 'g0', dn: 'cn=g0', members: [...people.keys()] }
  const around = Array.from({ length: 9 }, (_, at) => ({
    ...{ key: `g${at + 1}`, dn: `cn=g${at + 1}`, members: [`cn=g${at}`] },
  }))
  const all = [base, ...around]
  expect(effectiveMembers(all, people, { places: 200, looks: 300 }).size).toBe(10)
  expect(() => effectiveMembers(all, people, { places: 199, looks: 300 })).toThrow(TooManyPlaces)
  expect(() => effectiveMembers(all, people, { places: 200, looks: 200 })).toThrow(TooManyPlaces)
})
