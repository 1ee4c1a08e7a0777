import { AdapterError } from '#lib/adapter-error.ts'
import type { StoredItem } from '#lib/changes/plan-store.ts'
import { lockChange } from '#lib/changes/store.ts'
import type { Named } from '#lib/fleet/baseline/compare.ts'
import { isInForce, lackInWords } from '#lib/fleet/baseline/look.ts'
import { keepReading, waitingSince } from '#lib/fleet/baseline-store.ts'
import { parseTenantObject } from '#lib/flux/tenant-set.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { tell } from '../advance-change.ts'
import { workerScope } from '../run-context.ts'
import { dialCluster } from '../steps/dial-cluster.ts'
import type { RunContext, SinglePerformed, SingleStep } from '../steps/step.ts'
import { verifiedItems } from '../steps/verified-items.ts'
import type { BaselineTerms } from './ask-baseline.schema.ts'
import { lookAtBaseline } from './look-at-baseline.ts'
import { BASELINE_DAYS } from './plan-baseline.ts'

const NAME = 'await_baseline'
/** Somebody who was just told acts within the hour; after that, a look every five minutes is soon enough, and a button looks at once. */
const PACE = { firstSeconds: 3600, soon: 30, later: 300 }

/** Waits until an administrator or the cluster's Flux applied the approved bytes, and sees for itself that they are in force. A cluster that is away is waited for. */
export const awaitBaseline: SingleStep = {
  kind: 'single',
  name: NAME,
  title: 'Wait until it is applied, and verify it',
  async perform(platform, run) {
    const terms = run.baseline
    if (!terms) throw new Error(`run ${run.runId} has no terms of a baseline`)
    const scope = workerScope(run)
    const waited = await platform.db.inContext(scope, (tx) =>
      waitingSince(tx, { runId: run.runId, step: NAME, clusterId: terms.clusterId }),
    )
    if (!waited.registered) return clusterGone(terms)
    const seen = await look(platform, run, terms)
    if ('look' in seen && isInForce(seen.look)) return { kind: 'done', facts: { ...seen, why: '' } }
    const why = 'look' in seen ? lackInWords(seen.look) : seen.away
    if (waited.seconds > BASELINE_DAYS * 86_400) return overdue(terms, why)
    if (!run.facts[NAME]?.why) await tellRequester(platform, run)
    return {
      kind: 'wait',
      seconds: waited.seconds < PACE.firstSeconds ? PACE.soon : PACE.later,
      why: why.slice(0, 1500),
      facts: { away: null, ...seen, why },
      paced: true,
      quiet: run.facts[NAME]?.why === why,
    }
  },
}

type Seen = { look: Awaited<ReturnType<typeof lookAtBaseline>>['look'] & { at: string } }

async function look(
  platform: WorkerPlatform,
  run: RunContext,
  { clusterId }: BaselineTerms,
): Promise<Seen | { away: string }> {
  const items = await verifiedItems(platform, run, { prefix: 'baseline/' })
  const [wanted, unwanted] = [
    items.filter((item) => item.action !== 'remove'),
    items.filter((item) => item.action === 'remove'),
  ]
  try {
    const cluster = await dialCluster(platform, clusterId)
    const objects = wanted.map(({ body }) => parseTenantObject(body))
    const { look: found, standing } = await lookAtBaseline(cluster, objects, unwanted.map(namedBy))
    await platform.db.inContext(workerScope(run), (tx) => keepReading(tx, clusterId, standing))
    return { look: { at: new Date().toISOString(), ...found } }
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error
    const next = error.remedy ? `. ${error.remedy.nextStep}` : ''
    return { away: `could not be looked at: ${error.operation}: ${error.detail}${next}` }
  }
}

function namedBy({ path }: StoredItem): Named {
  const [, kind = '', name = ''] = path.split('/')
  return { kind, name }
}

function clusterGone({ cluster }: BaselineTerms): SinglePerformed {
  return {
    kind: 'stop',
    trouble: {
      code: 'cluster_gone',
      detail: `the cluster ${cluster} is not registered any more`,
      whose: 'yours',
      nextStep: 'Close the change as unsuccessful; nothing was written.',
    },
  }
}

function overdue({ cluster }: BaselineTerms, why: string): SinglePerformed {
  return {
    kind: 'stop',
    trouble: {
      code: 'baseline_not_applied',
      detail: `not in force on ${cluster} within ${BASELINE_DAYS} days: ${why}`.slice(0, 1500),
      whose: 'yours',
      nextStep:
        'An administrator applies the approved bytes; then Retry looks again, for as many days more.',
    },
  }
}

/** Once: from here on it is an administrator's move, and whoever asked is one. */
async function tellRequester(platform: WorkerPlatform, run: RunContext): Promise<void> {
  await platform.db.inContext(workerScope(run), async (tx) => {
    const change = await lockChange(tx, run.changeId)
    if (!change) return
    const people = [run.requesterId]
    await tell(platform, tx, { change, event: 'change.baseline_awaited', people, suffix: '1' })
  })
}
