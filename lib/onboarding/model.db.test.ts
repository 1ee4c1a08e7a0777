import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TRANSITIONS } from '#lib/changes/transitions.ts'
import type { Act } from '#lib/testing/history/acts.ts'
import { History, type Tally } from '#lib/testing/history/history.ts'
import { TURN } from '#lib/testing/history/turn.ts'
import { openWorld, type World } from '#lib/testing/history/world.ts'

/** Histories in all: those of the fixed seed must reach every move of the table, the rest are new each time. */
const ALL = Number(process.env.STAIRWAY_HISTORIES ?? 300)
const FIXED = 260
const FIXED_SEED = 20261126
const LONGEST = 24

/** Moves that no command of the product brings about alone: it passes these states within one transaction. */
const PASSED_THROUGH = [
  'draft withdraw',
  'assessing return_for_changes',
  'scheduled edit',
  'scheduled withdraw',
  'scheduled expire',
  'blocked return_for_changes',
  'verifying fail',
]

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world?.at.close())

test(`whatever people do, in whatever order, what must always be so is so (${FIXED} histories)`, async () => {
  const tally: Tally = new Map()
  await histories(tally, { numRuns: FIXED, seed: FIXED_SEED })
  const all = Object.entries(TRANSITIONS).flatMap(([from, row]) =>
    Object.keys(row).map((event) => `${from} ${event}`),
  )
  const never = all.filter((move) => !tally.has(`move ${move}`))
  process.stdout.write(`${drawn(tally)}\n`)
  expect(never).toEqual(PASSED_THROUGH)
}, 1_200_000)

test('the same with histories that nobody has seen before', async () => {
  await histories(new Map(), { numRuns: Math.max(1, ALL - FIXED) })
}, 7_200_000)

test('after all of it every chain holds', async () => {
  const broken = await world.at.rows<{ id: string }>(
    `select id from tenant where app.audit_first_break(id) is not null`,
  )
  expect(broken).toEqual([])
}, 600_000)

/** Runs histories; a failure names its seed and the acts that led to it, by STAIRWAY_SHRINK=1 the fewest that do. */
async function histories(tally: Tally, options: { numRuns: number; seed?: number }): Promise<void> {
  await fc.assert(
    fc.asyncProperty(acts(), async (commands) => {
      const history = new History(world, tally)
      try {
        await fc.asyncModelRun(() => ({ model: history, real: undefined }), commands)
      } finally {
        await world.reset()
      }
    }),
    { ...options, endOnFailure: !process.env.STAIRWAY_SHRINK },
  )
}

function acts() {
  return fc.commands([TURN.map(taken)], { maxCommands: LONGEST, size: 'max' })
}

/** A turn as a command; it is told by the act that it came to. */
function taken(turn: (state: string) => Act | undefined) {
  let told = 'nothing'
  return {
    check: () => true,
    async run(history: History) {
      const act = turn(history.state)
      if (!act) return
      told = `${act.name} ${JSON.stringify(act.args)}`
      await history.settle(act.name, await act.perform(history))
    },
    toString: () => told,
  }
}

function drawn(tally: Tally): string {
  const rows = [...tally].sort(([a], [b]) => (a < b ? -1 : 1))
  return rows.map(([what, n]) => `${String(n).padStart(6)}  ${what}`).join('\n')
}
