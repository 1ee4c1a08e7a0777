import { expect, test } from 'vitest'
import { BUILTIN_POLICIES } from './builtin-policies.ts'
import { aRequest, aTarget, NOW } from './cases/a-request.ts'
import { keepFacts, reviveFacts } from './facts-json.ts'
import { type PastRequest, replayEntitlements } from './replay.ts'

const pause = async () => undefined
const rule = (head: string, body: string) =>
  `${BUILTIN_POLICIES}\n@id("extra")\n@title("Extra")\n${head}\n${body};`
const NO_TEST = rule(
  'forbid (principal, action == Action::"place", resource)',
  'when { context.environment == "test" }',
)

function asked(number: number, environment: string): PastRequest {
  const facts = aRequest({ targets: [aTarget({ environment })] })
  const kept = JSON.parse(JSON.stringify(keepFacts(facts, NOW))) as PastRequest['kept']
  return { number, title: `Onboard svc-${number}`, kept }
}

const replay = (past: PastRequest[], after: string, before = BUILTIN_POLICIES) =>
  replayEntitlements(past, { before, after, pause })

test('facts that were kept are the facts they were', () => {
  const facts = aRequest({})
  const kept = JSON.parse(JSON.stringify(keepFacts(facts, NOW))) as PastRequest['kept']
  expect(reviveFacts(kept)).toEqual({ facts, at: NOW })
})

test('a new rule moves the answers that it refuses, and no others', async () => {
  const told = await replay([asked(2, 'test'), asked(1, 'dev')], NO_TEST)
  expect(told).toMatchObject({ looked: 2, differ: 1, broken: [], shown: [{ number: 2 }] })
  expect(told.shown[0]?.moved).toMatchObject([
    { title: 'Extra', before: 'not asked', after: 'fail' },
  ])
})

test('a rule that is taken away opens what it refused', async () => {
  const told = await replay([asked(2, 'test'), asked(1, 'dev')], BUILTIN_POLICIES, NO_TEST)
  expect(
    told.shown.map(({ number, moved }) => [number, moved[0]?.before, moved[0]?.after]),
  ).toEqual([[2, 'fail', 'not asked']])
})

test('facts that were not kept, or in another form, are skipped and counted', async () => {
  const other = { ...asked(1, 'dev'), kept: { version: 0, at: NOW.toISOString(), facts: {} } }
  expect(await replay([{ ...other, kept: null }, other], NO_TEST)).toMatchObject({
    looked: 0,
    skipped: 2,
  })
})

test('a rule that errs is told once, however many requests it errs on; a check that lost its rule is told too', async () => {
  const errs = rule(
    'forbid (principal, action == Action::"onboard", resource)',
    'when { context.data_class * 9223372036854775807 * 2 > 1 }',
  )
  const past = [asked(3, 'dev'), asked(2, 'dev'), asked(1, 'test')]
  expect((await replay(past, errs)).broken).toEqual([expect.stringContaining('Extra')])
  const without = BUILTIN_POLICIES.replace(/@id\("cost_code"\)[^;]*;/, '')
  expect((await replay(past, without)).broken).toEqual([
    expect.stringContaining('no rule in force'),
  ])
})

test('past requests may come one by one, with pauses between', async () => {
  let pauses = 0
  async function* slowly() {
    for (let n = 0; n < 25; n += 1) yield asked(n, 'dev')
  }
  const told = await replayEntitlements(slowly(), {
    ...{ before: BUILTIN_POLICIES, after: NO_TEST },
    pause: async () => {
      pauses += 1
    },
  })
  expect([told.looked, pauses]).toEqual([25, 2])
})
