// (c) One change with 500 targets, against a bare loop that makes the same API calls with the same concurrency.

import { requestService } from '#lib/onboarding/request-service.ts'
import { approveEveryStage, bareLoads, bareLoop, type Site, untilClosed } from './bare-loop.ts'
import {
  admitEverywhere,
  newFolder,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'

const CLUSTERS = 500
/** As the product does it: four jobs of 25 targets each. */
const CONCURRENCY = 100
const folder = newFolder()
const product = await startProduct({ folder, clusters: CLUSTERS })
try {
  const { platform } = product
  const ada = await product.viewer('ada.okafor')
  await admitEverywhere(product)
  const clusters = await simulated()
  const targets = clusters.map(({ name }) => ({
    environment: name.split('-')[0] ?? 'dev',
    cluster: name,
  }))
  const answer = await requestService(platform, ada, {
    request: smallRequest('everywhere', targets),
  })
  if (!answer.ok) throw refusal(answer.error)
  const { changeId, planHash } = answer.value

  const before = { fleet: product.cpu('fleet'), worker: product.cpu('worker') }
  await approveEveryStage(product, changeId, planHash)
  const { primeMs, closedMs } = await untilClosed(product, changeId)
  const workerCpu = product.cpu('worker') - before.worker
  const fleetCpu = product.cpu('fleet') - before.fleet

  const loads = await bareLoads(product, 'everywhere', planHash)
  const idle = { fleet: product.cpu('fleet'), bench: process.cpuUsage() }
  const { ms: floorMs } = await bareLoop(clusters, loads, CONCURRENCY)
  const spent = process.cpuUsage(idle.bench)
  const bareCpu = (spent.user + spent.system) / 1e6
  const fleetBare = product.cpu('fleet') - idle.fleet
  report('targets', [
    {
      what: `bare loop, ${CLUSTERS} targets, ${CONCURRENCY} at once`,
      value: floorMs / 1000,
      unit: 's',
    },
    { what: 'the step that primes, first claim to last target', value: primeMs / 1000, unit: 's' },
    { what: 'CPU of the bare loop, without the fleet', value: bareCpu, unit: 's' },
    { what: 'CPU of the fleet in the bare loop', value: fleetBare, unit: 's' },
    { what: 'CPU of the worker to the end of the change', value: workerCpu, unit: 's' },
    { what: 'CPU of the fleet to the end of the change', value: fleetCpu, unit: 's' },
    { what: 'against the bare loop', value: primeMs / floorMs, unit: 'times', aim: '≤ 1.5' },
    { what: 'approved to closed, Flux Ready on every target', value: closedMs / 1000, unit: 's' },
    {
      what: 'memory of the fleet stand-in',
      value: product.memory('fleet'),
      unit: 'MiB',
      aim: '< 1024',
    },
  ])
} finally {
  await product.stop()
  removeFolder(folder)
}

async function simulated(): Promise<Site[]> {
  const answered = await fetch('http://127.0.0.1:31050', {
    headers: { authorization: `Bearer ${product.secrets.control}` },
  })
  return ((await answered.json()) as { clusters: Site[] }).clusters
}
