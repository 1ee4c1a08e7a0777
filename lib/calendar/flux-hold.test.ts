import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type FluxFreeze,
  type HeldPlace,
  type HoldPlan,
  type LiveHold,
  planHolds,
  wantedOf,
} from './flux-hold.ts'

const HORIZON = 100
const everything = { tenants: [], environments: [], clusters: [] }
const place: HeldPlace = {
  ...{ instance: 'sin_1', tenant: 'payments', environment: 'prod', cluster: 'prod-eu-1' },
  ...{ busy: false, retiring: false },
}
const blackout: FluxFreeze = {
  ...{ id: 'frz_1', kind: 'blackout', scope: everything },
  spans: [{ start: 10, end: 20 }],
}
const at = (now: number) => ({ now, horizon: HORIZON })

test.each([
  [9, undefined],
  [10, { freezes: ['frz_1'], until: 20 }],
  [19, { freezes: ['frz_1'], until: 20 }],
  [20, undefined],
])('at %s a blackout from 10 to 20 wants %j', (now, wanted) => {
  expect(wantedOf([blackout], place, at(now))).toEqual(wanted)
})

test('maintenance only holds outside of its times, and to no end where none is left', () => {
  const freeze: FluxFreeze = { ...blackout, kind: 'maintenance_only' }
  expect(wantedOf([freeze], place, at(5))).toEqual({ freezes: ['frz_1'], until: 10 })
  expect(wantedOf([freeze], place, at(15))).toBeUndefined()
  expect(wantedOf([freeze], place, at(25))).toEqual({ freezes: ['frz_1'], until: null })
})

test('of two that overlap, and of one that follows at once, the last end counts', () => {
  const second: FluxFreeze = { ...blackout, id: 'frz_2', spans: [{ start: 15, end: 30 }] }
  const third: FluxFreeze = { ...blackout, id: 'frz_3', spans: [{ start: 30, end: 40 }] }
  expect(wantedOf([third, second, blackout], place, at(16))).toEqual({
    freezes: ['frz_1', 'frz_2'],
    until: 40,
  })
})

test('of what is being offboarded nothing is asked, whatever stands', () => {
  const states = ['asked', 'held', 'found', 'releasing'] as const
  const now = { live: [], ...at(15) }
  const retiring = { ...place, retiring: true }
  const nothing = { begin: [], amend: [], release: [], leave: [], gone: [] }
  expect(planHolds([blackout], [retiring], now)).toEqual(nothing)
  for (const state of states)
    for (const all of [[], [blackout]]) {
      const hold = { id: 'fzh_1', instance: place.instance, state, freezes: ['frz_9'] }
      const live = [{ ...hold, until: null, loose: true }]
      expect(planHolds(all, [retiring], { ...now, live })).toEqual(nothing)
    }
})

const span = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 40 }))
  .map(([start, length]) => ({ start, end: start + length }))
const names = (all: readonly string[]) => fc.subarray([...all])
const TENANTS = ['a', 'b']
const ENVIRONMENTS = ['dev', 'prod']
const CLUSTERS = ['x', 'y']
const freezes = fc
  .array(
    fc.record({
      kind: fc.constantFrom<FluxFreeze['kind']>('blackout', 'maintenance_only', 'restricted'),
      spans: fc
        .array(span, { maxLength: 4 })
        .map((spans) => spans.sort((a, b) => a.start - b.start || a.end - b.end)),
      scope: fc.record({
        tenants: names(TENANTS),
        environments: names(ENVIRONMENTS),
        clusters: names(CLUSTERS),
      }),
    }),
    { maxLength: 4 },
  )
  .map((all) => all.map((freeze, index) => ({ ...freeze, id: `frz_${index}` })))
const places = fc
  .array(
    fc.record({
      tenant: fc.constantFrom(...TENANTS),
      environment: fc.constantFrom(...ENVIRONMENTS),
      cluster: fc.constantFrom(...CLUSTERS),
      busy: fc.boolean(),
      retiring: fc.constant(false),
    }),
    { maxLength: 5 },
  )
  .map((all) => all.map((each, index) => ({ ...each, instance: `sin_${index}` })))
const now = fc.integer({ min: 0, max: 99 })

/** The plain meaning, for every moment: does any freeze of its scope hold it? */
function holdsAt(
  all: readonly FluxFreeze[],
  { tenant, environment, cluster }: HeldPlace,
  t: number,
) {
  const within = (list: string[], name: string) => list.length === 0 || list.includes(name)
  return all.filter(({ kind, spans, scope }) => {
    if (!within(scope.tenants, tenant) || !within(scope.environments, environment)) return false
    if (!within(scope.clusters, cluster)) return false
    const lasts = spans.some(({ start, end }) => start <= t && t < end)
    return lasts === (kind !== 'maintenance_only')
  })
}

test('an instance is held exactly while a freeze of its scope holds and no run works on it, until the first moment that is free', () => {
  fc.assert(
    fc.property(freezes, places, now, (all, at, t) => {
      for (const each of at) {
        const wanted = wantedOf(all, each, { now: t, horizon: HORIZON })
        const holding = holdsAt(all, each, t).map(({ id }) => id)
        expect(wanted?.freezes ?? []).toEqual(holding.sort())
        if (!wanted) continue
        let free = t
        while (free < HORIZON && holdsAt(all, each, free).length > 0) free += 1
        expect(wanted.until).toBe(free < HORIZON ? free : null)
      }
    }),
    { numRuns: 500 },
  )
})

const live = fc.record({
  state: fc.constantFrom<LiveHold['state']>('asked', 'held', 'found', 'releasing'),
  freezes: names(['frz_0', 'frz_1', 'frz_9']),
  until: fc.option(now),
  loose: fc.boolean(),
})

/** What the rows say once a plan was written and the clusters followed it. */
function written(plan: HoldPlan, before: readonly LiveHold[]): LiveHold[] {
  const over = new Set([...plan.release, ...plan.leave, ...plan.gone])
  const kept = before.filter(({ id }) => !over.has(id))
  const amended = kept.map((hold): LiveHold => {
    const change = plan.amend.find(({ id }) => id === hold.id)
    if (!change) return hold
    const { freezes, until, ask } = change
    return { ...hold, freezes, until, ...(ask ? { state: 'held', loose: false } : {}) }
  })
  const begun = plan.begin.map(
    ({ instance, freezes, until }): LiveHold => ({
      ...{ id: `new_${instance}`, instance, state: 'held', freezes, until, loose: false },
    }),
  )
  return [...amended, ...begun]
}

test('whatever stands, one plan brings it to what the freezes want, and the next one is empty', () => {
  fc.assert(
    fc.property(freezes, places, now, fc.array(live, { maxLength: 7 }), (all, at, t, rows) => {
      const before = rows.map((row, index) => ({
        ...row,
        ...{ id: `fzh_${index}`, instance: `sin_${index}` },
      }))
      const time = { now: t, horizon: HORIZON }
      const after = written(planHolds(all, at, { live: before, ...time }), before)
      // a hold that was being released goes on being so where nothing wants it
      const settled = after.filter(({ state }) => state !== 'releasing')
      const wanted = at.filter((each) => !each.busy && holdsAt(all, each, t).length > 0)
      expect(settled.map(({ instance }) => instance).sort()).toEqual(
        wanted.map(({ instance }) => instance).sort(),
      )
      expect(planHolds(all, at, { live: settled, ...time })).toEqual({
        ...{ begin: [], amend: [], release: [], leave: [], gone: [] },
      })
    }),
    { numRuns: 500 },
  )
})

test('ten thousand instances under twenty freezes that return daily for eighteen months are planned while a worker beats', () => {
  const DAY = 86_400_000
  const all = Array.from({ length: 20 }, (_, n): FluxFreeze => {
    const spans = Array.from({ length: 540 }, (_day, day) => ({
      start: day * DAY - 3_600_000,
      end: day * DAY + 3_600_000 + n * 60_000,
    }))
    const kind = n % 5 === 0 ? 'maintenance_only' : 'blackout'
    return { id: `frz_${n}`, kind, spans, scope: { ...everything, environments: ['prod', 'test'] } }
  })
  const many = Array.from({ length: 10_000 }, (_, n) => ({
    ...{ ...place, instance: `sin_${n}`, cluster: `c${n % 500}` },
  }))
  const began = performance.now()
  const plan = planHolds(all, many, { live: [], now: 0, horizon: 540 * DAY })
  expect(plan.begin).toHaveLength(10_000)
  expect(performance.now() - began).toBeLessThan(2000)
})
