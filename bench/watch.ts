// Memory of a worker that watches 500 simulated clusters, and how soon it acts on what a watch tells.
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { readKustomization } from '#lib/flux/readiness.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import {
  admitEverywhere,
  newFolder,
  percentile,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'

const CLUSTERS = 500
/** Sources and Kustomizations of each. */
const WATCHES = CLUSTERS * 2
const RUNS = 20
const CLUSTER = 'dev-eu-1'
const KUSTOMIZATIONS = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' }
const folder = newFolder()
const product = await startProduct({ folder, clusters: CLUSTERS })
try {
  await admitEverywhere(product)
  const openedMs = await untilAllOpen()
  const peak = await highestMemory(30)
  const ada = await product.viewer('ada.okafor')
  const ready = await watchReady()
  const waits: number[] = []
  for (let number = 0; number <= RUNS; number += 1) {
    const name = `watched-${number}`
    const answer = await requestService(product.platform, ada, {
      request: smallRequest(name, [{ environment: 'dev', cluster: CLUSTER }]),
    })
    if (!answer.ok) throw refusal(answer.error)
    const finished = await stepFinished(answer.value.changeId)
    // the first finds everything cold
    if (number > 0) waits.push(finished - (ready.at.get(name) ?? Number.NaN))
  }
  ready.end()
  report('watch', [
    { what: `${WATCHES} watches open after the start`, value: openedMs / 1000, unit: 's' },
    {
      what: `worker that watches ${CLUSTERS} clusters, highest of 30 s`,
      value: peak,
      unit: 'MiB',
      aim: '≤ 400',
    },
    { what: 'Ready on the cluster to step done, median', value: percentile(waits, 50), unit: 'ms' },
    { what: 'Ready on the cluster to step done, p95', value: percentile(waits, 95), unit: 'ms' },
  ])
} finally {
  await product.stop()
  removeFolder(folder)
}

async function untilAllOpen(): Promise<number> {
  const started = performance.now()
  for (;;) {
    const answered = await fetch('http://127.0.0.1:31001/metrics', {
      headers: { authorization: `Bearer ${product.secrets.metrics}` },
    })
    const counts = [...(await answered.text()).matchAll(/^stairway_watches_open\{.*\} (\d+)$/gm)]
    const open = counts.reduce((sum, [, count]) => sum + Number(count), 0)
    if (open >= WATCHES) return performance.now() - started
    if (performance.now() - started > 300_000) throw new Error(`only ${open} watches are open`)
    await pause(500)
  }
}

async function highestMemory(seconds: number): Promise<number> {
  let highest = 0
  for (let second = 0; second < seconds; second += 1) {
    highest = Math.max(highest, product.memory('worker'))
    await pause(1000)
  }
  return highest
}

/** When each Kustomization of the cluster was first told to be Ready, to a watch of the bench's own. */
async function watchReady(): Promise<{ at: Map<string, number>; end(): void }> {
  const told = await fetch('http://127.0.0.1:31050', {
    headers: { authorization: `Bearer ${product.secrets.control}` },
  })
  const { clusters } = (await told.json()) as {
    clusters: { name: string; endpoint: string; caPem: string; token: string }[]
  }
  const found = clusters.find(({ name }) => name === CLUSTER)
  if (!found) throw new Error(`no cluster ${CLUSTER}`)
  const cluster = createClusterDialer({ allows: () => true }).dial({
    ...found,
    id: CLUSTER,
    maxInFlight: 4,
  })
  const at = new Map<string, number>()
  const ending = new AbortController()
  const follow = async () => {
    for await (const event of cluster.watch(KUSTOMIZATIONS, { signal: ending.signal })) {
      if (event.type === 'BOOKMARK' || !readKustomization(event.object).ready) continue
      const { name } = event.object.metadata
      if (!at.has(name)) at.set(name, Date.now())
    }
  }
  void follow()
  return { at, end: () => ending.abort() }
}

/** The database's time, in milliseconds, at which the step that waits for Flux was over; it runs on this machine's clock. */
async function stepFinished(changeId: string): Promise<number> {
  for (;;) {
    const [row] = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ finished: number | null }[]>(
        `select extract(epoch from s.finished_at)::float8 * 1000 as finished from step s join run r on r.id = s.run_id where r.change_id = $1 and s.name = 'await_ready'`,
        changeId,
      ),
    )
    if (row?.finished) return row.finished
    await pause(50)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
