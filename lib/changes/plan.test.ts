import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256Hex } from '#lib/hash.ts'
import { diffPlans, hashPlan, movedSections, type PlanItem, SECTIONS } from './plan.ts'

const ACTIONS = ['create', 'alter', 'remove', 'keep'] as const

const item: fc.Arbitrary<PlanItem> = fc.record({
  section: fc.constantFrom(...SECTIONS),
  path: fc.string({ minLength: 1, unit: 'grapheme' }),
  action: fc.constantFrom(...ACTIONS),
  hash: fc.string().map(sha256Hex),
})
const plan = fc.uniqueArray(item, {
  selector: ({ section, path }) => `${section} ${path}`,
  maxLength: 25,
})
const someOf = fc.tuple(
  plan.filter((items) => items.length > 0),
  fc.nat(),
)

function at(items: readonly PlanItem[], index: number): { chosen: PlanItem; rest: PlanItem[] } {
  const chosen = items[index % items.length]
  if (!chosen) throw new Error('an empty plan')
  return { chosen, rest: items.filter((other) => other !== chosen) }
}

test('an empty plan has a hash, and every section one', () => {
  const empty = sha256Hex('[]')
  const { hash, sections } = hashPlan([])
  expect(Object.keys(sections)).toEqual([...SECTIONS])
  expect(new Set(Object.values(sections))).toEqual(new Set([empty]))
  const text = `{${[...SECTIONS]
    .sort()
    .map((section) => `"${section}":"${empty}"`)
    .join(',')}}`
  expect(hash).toBe(sha256Hex(text))
})

test('a section is hashed over its items by path, action and hash, sorted by path', () => {
  const items: PlanItem[] = [
    { section: 'network', path: 'b', action: 'create', hash: 'bb' },
    { section: 'network', path: 'a', action: 'remove', hash: 'aa' },
  ]
  expect(hashPlan(items).sections.network).toBe(
    sha256Hex(
      '[{"action":"remove","hash":"aa","path":"a"},{"action":"create","hash":"bb","path":"b"}]',
    ),
  )
})

test('the order of the items does not matter', () => {
  fc.assert(
    fc.property(
      plan.chain((items) =>
        fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
      ),
      ([items, shuffled]) => {
        expect(hashPlan(shuffled)).toEqual(hashPlan(items))
      },
    ),
  )
})

test('any changed byte moves its section, that section only, and the plan', () => {
  fc.assert(
    fc.property(someOf, fc.string(), ([items, index], bytes) => {
      const { chosen, rest } = at(items, index)
      const hash = sha256Hex(bytes)
      fc.pre(hash !== chosen.hash)
      expectMoved(items, [...rest, { ...chosen, hash }], [chosen.section])
    }),
  )
})

test('another action or path moves the section', () => {
  fc.assert(
    fc.property(
      someOf,
      fc.constantFrom(...ACTIONS),
      fc.string(),
      ([items, index], action, suffix) => {
        const { chosen, rest } = at(items, index)
        const path = `${chosen.path}${suffix}`
        fc.pre(action !== chosen.action || suffix !== '')
        fc.pre(!rest.some((other) => other.section === chosen.section && other.path === path))
        expectMoved(items, [...rest, { ...chosen, action, path }], [chosen.section])
      },
    ),
  )
})

test('an item that goes or comes moves its section', () => {
  fc.assert(
    fc.property(someOf, ([items, index]) => {
      const { chosen, rest } = at(items, index)
      expectMoved(items, rest, [chosen.section])
      expectMoved(rest, items, [chosen.section])
    }),
  )
})

test('an item that changes its section moves both', () => {
  fc.assert(
    fc.property(someOf, fc.constantFrom(...SECTIONS), ([items, index], section) => {
      const { chosen, rest } = at(items, index)
      fc.pre(section !== chosen.section)
      fc.pre(!rest.some((other) => other.section === section && other.path === chosen.path))
      const both = SECTIONS.filter((name) => name === section || name === chosen.section)
      expectMoved(items, [...rest, { ...chosen, section }], both)
    }),
  )
})

test('paths cannot run together into another plan of the same hash', () => {
  const one = hashPlan([{ section: 'access', path: 'a","hash":"x', action: 'create', hash: 'h' }])
  const two = hashPlan([{ section: 'access', path: 'a', action: 'create', hash: 'x' }])
  expect(one.hash).not.toBe(two.hash)
})

test('two items at one path of a section are refused; the same path in two sections is not', () => {
  const here: PlanItem = { section: 'access', path: 'a', action: 'create', hash: 'h' }
  expect(() => hashPlan([here, { ...here, hash: 'other' }])).toThrow('two plan items at a')
  expect(hashPlan([here, { ...here, section: 'network' }]).hash).toMatch(/^[0-9a-f]{64}$/)
})

test('a difference names exactly the items that differ', () => {
  const before: PlanItem[] = [
    { section: 'repository', path: 'repo/a', action: 'create', hash: '1' },
    { section: 'repository', path: 'repo/b', action: 'create', hash: '2' },
    { section: 'capacity', path: 'repo/a', action: 'create', hash: '3' },
  ]
  const after: PlanItem[] = [
    { section: 'repository', path: 'repo/a', action: 'create', hash: '9' },
    { section: 'repository', path: 'repo/c', action: 'create', hash: '4' },
    { section: 'capacity', path: 'repo/a', action: 'create', hash: '3' },
  ]
  expect(diffPlans(before, after)).toEqual([
    { section: 'repository', path: 'repo/a', kind: 'changed', before: '1', after: '9' },
    { section: 'repository', path: 'repo/b', kind: 'removed', before: '2', after: null },
    { section: 'repository', path: 'repo/c', kind: 'added', before: null, after: '4' },
  ])
})

test('the sections of a difference are the sections that moved', () => {
  fc.assert(
    fc.property(plan, plan, (before, after) => {
      const differing = new Set(diffPlans(before, after).map((difference) => difference.section))
      expectMoved(
        before,
        after,
        SECTIONS.filter((section) => differing.has(section)),
      )
    }),
  )
})

function expectMoved(
  before: readonly PlanItem[],
  after: readonly PlanItem[],
  sections: readonly string[],
): void {
  const [was, is] = [hashPlan(before), hashPlan(after)]
  expect(movedSections(was.sections, is.sections)).toEqual(sections)
  expect(was.hash === is.hash).toBe(sections.length === 0)
}
