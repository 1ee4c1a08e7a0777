// Every check of one request, those that an organisation takes up as well, as a form or an approver asks for it: with the facts at hand, and from the database, against a bare query in the same run.
import { loadPolicies } from '#lib/entitlements/cedar.ts'
import { evaluateChecks } from '#lib/entitlements/evaluate.ts'
import { SOURCE_KINDS } from '#lib/entitlements/sources/kinds.ts'
import { assessRequest } from '#lib/onboarding/assess-request.ts'
import { loadRequestContext } from '#lib/onboarding/request-context.ts'
import { signedInAs } from '#lib/onboarding/signed-in.ts'
import { readSource } from '#lib/onboarding/sources/read-source.ts'
import { FEEDS_TOKEN, startFeeds } from '#lib/testing/feeds.ts'
import { inProcessWorker } from '#lib/testing/in-process-worker.ts'
import { aRequest, testOrganisation } from '#lib/testing/organisation.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { report, timedAt95 } from './support.ts'

const { server, stop } = await startTestServer()
const feeds = await startFeeds()
const organisation = await testOrganisation({
  server,
  feeds: { url: feeds.https, token: FEEDS_TOKEN, caPem: feeds.caPem },
})
const worker = inProcessWorker(organisation)
try {
  for (const kind of SOURCE_KINDS) await readSource(worker.platform, kind)
  const { platform } = organisation
  const ada = await organisation.viewer('ada.okafor')
  const targets = [
    { environment: 'dev', cluster: 'dev-eu-1' },
    { environment: 'test', cluster: 'test-eu-1' },
    { environment: 'prod', cluster: 'prod-eu-1' },
    { environment: 'prod', cluster: 'prod-us-1' },
  ]
  const recovery = { rtoMinutes: 60, rpoMinutes: 15, backup: true }
  const request = aRequest('measured', {
    targets,
    tier: 1,
    recovery,
    vendors: ['Northwind Screening'],
  })
  const requester = { id: ada.id, name: ada.name, userName: 'ada.okafor' }
  const assess = () =>
    platform.read(ada, async (tx) => {
      const context = await loadRequestContext(tx, request, platform.settings)
      if (!context) throw new Error('no such tenant')
      const signedIn = signedInAs(ada)
      const input = { request, context, requester, contributors: [], changeId: null, signedIn }
      return assessRequest(tx, input)
    })
  const { facts, checks, evaluatedAt } = await assess()
  const [policy] = await platform.read(
    ada,
    (tx) =>
      tx.$queryRaw<
        { body: string }[]
      >`select body from entitlement_policy where effective_to is null`,
  )
  const evaluate = async () => evaluateChecks(facts, loadPolicies(policy?.body ?? ''), evaluatedAt)
  const floor = await timedAt95(() => platform.read(ada, (tx) => tx.$queryRaw`select 1`))
  const pure = await timedAt95(evaluate)
  const cpu = await cpuOf(evaluate)
  const whole = await timedAt95(assess)
  report('checks', [
    { what: 'results of one request on four targets', value: checks.length, unit: '' },
    { what: 'floor: one bare query, 95th percentile', value: floor, unit: 'ms' },
    { what: 'with the facts at hand, 95th percentile', value: pure, unit: 'ms', aim: '< 15' },
    { what: 'the same, processor time of one, mean', value: cpu, unit: 'ms' },
    {
      ...{ what: 'plan, risk, stages and checks, from the database, 95th percentile' },
      ...{ value: whole, unit: 'ms', aim: '< 60' },
    },
    { what: 'the same, times the floor', value: whole / floor, unit: 'times' },
  ])
} finally {
  await worker.close()
  await organisation.close()
  await feeds.stop()
  await stop()
}

/** Milliseconds of the processor that a call takes: what else the machine does has no part in it. */
async function cpuOf(call: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  const calls = 300
  for (let n = 0; n < calls; n += 1) await call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / calls
}
