// The replay of another entitlement policy over 10,000 past requests, against the bare evaluations of the same facts in the same run.
import { setImmediate } from 'node:timers/promises'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import { aRequest, aTarget, NOW } from '#lib/entitlements/cases/a-request.ts'
import { loadPolicies } from '#lib/entitlements/cedar.ts'
import { evaluateChecks } from '#lib/entitlements/evaluate.ts'
import { type KeptFacts, keepFacts, reviveFacts } from '#lib/entitlements/facts-json.ts'
import { replayEntitlements } from '#lib/entitlements/replay.ts'
import { report } from './support.ts'

const REQUESTS = 10_000
const AFTER = `${BUILTIN_POLICIES}
@id("no_test")
@title("Nothing new in test")
forbid (principal, action == Action::"place", resource)
when { context.environment == "test" };`

const texts = Array.from({ length: REQUESTS }, (_, n) => JSON.stringify(keepFacts(factsOf(n), NOW)))
const past = texts.map((text, n) => ({
  number: n,
  title: `Onboard svc-${n}`,
  kept: JSON.parse(text) as KeptFacts,
}))
const bare = await timed(async () => {
  for (const text of [BUILTIN_POLICIES, AFTER])
    for (const { kept } of past) {
      const revived = reviveFacts(kept)
      if (revived) evaluateChecks(revived.facts, loadPolicies(text), revived.at)
    }
})
let differ = 0
const replay = await timed(async () => {
  const answer = await replayEntitlements(past, {
    before: BUILTIN_POLICIES,
    after: AFTER,
    pause: setImmediate,
  })
  differ = answer.differ
})
report('replay', [
  { what: `replay of ${REQUESTS} requests`, value: replay, unit: 's', aim: '< 60' },
  { what: 'requests that would be answered otherwise', value: differ, unit: '' },
  { what: 'bare evaluations of both versions', value: bare, unit: 's' },
  { what: 'replay, times the bare evaluations', value: replay / bare, unit: 'times' },
])

/** Every request differs, in two environments; every other one is in test. */
function factsOf(n: number) {
  const environment = n % 2 === 0 ? 'test' : 'prod'
  const targets = [
    aTarget({ namespace: `svc-${n}-dev` }),
    aTarget({ environment, namespace: `svc-${n}-${environment}` }),
  ]
  return aRequest({ request: { repository: `payments/svc-${n}` }, targets })
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
