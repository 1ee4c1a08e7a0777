// (a) 200 pre-authorised onboardings at once, end to end to primed, and (b) one alone.
import { requestService } from '#lib/onboarding/request-service.ts'
import {
  admitEverywhere,
  newFolder,
  type Product,
  percentile,
  refusal,
  removeFolder,
  report,
  smallRequest,
  startProduct,
} from './support.ts'

const AT_ONCE = 200
const CLUSTERS = ['dev-eu-1', 'dev-eu-2', 'dev-eu-3']
const folder = newFolder()
const product = await startProduct({ folder })
try {
  await admitEverywhere(product)
  const ada = await product.viewer('ada.okafor')
  const one = async (name: string, cluster: string) => {
    const answer = await requestService(product.platform, ada, {
      request: smallRequest(name, [{ environment: 'dev', cluster }]),
    })
    if (!answer.ok) throw refusal(answer.error)
    return answer.value.changeId
  }
  await run(product, [await one('warm-up', 'dev-eu-1')])

  const alone = performance.now()
  const single = await run(product, [await one('alone', 'dev-eu-1')])
  const aloneMs = performance.now() - alone

  const before = { cpu: product.cpuOfAll(), own: process.cpuUsage(), at: performance.now() }
  const submits: number[] = []
  const changes = await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, index) => {
      const started = performance.now()
      const id = await one(`bench-${index}`, CLUSTERS[index % CLUSTERS.length] ?? 'dev-eu-1')
      submits.push(performance.now() - started)
      return id
    }),
  )
  const submittedMs = performance.now() - before.at
  const { primedMs, closedMs } = await run(product, changes, before.at)
  const after = product.cpuOfAll()
  const own = process.cpuUsage(before.own)
  const perRun = (seconds: number) => (seconds * 1000) / AT_ONCE
  report('onboardings', [
    { what: '(b) one alone, request to primed', value: single.primedMs, unit: 'ms' },
    { what: '(b) one alone, request to closed with Flux Ready', value: aloneMs, unit: 'ms' },
    { what: `(a) ${AT_ONCE} at once: all submitted`, value: submittedMs / 1000, unit: 's' },
    {
      what: '(a) one submit, 95th percentile under that load',
      value: percentile(submits, 95),
      unit: 'ms',
    },
    { what: '(a) all primed', value: primedMs / 1000, unit: 's' },
    { what: '(a) all closed, Flux Ready', value: closedMs / 1000, unit: 's' },
    {
      what: '(a) runs a minute to primed',
      value: AT_ONCE / (primedMs / 60_000),
      unit: 'runs/min',
      aim: '500',
    },
    ...Object.entries(after).map(([name, seconds]) => ({
      what: `(a) CPU per run: ${name}`,
      value: perRun(seconds - (before.cpu[name] ?? 0)),
      unit: 'ms',
    })),
    {
      what: '(a) CPU per run: this bench, which submits in place of web',
      value: perRun((own.user + own.system) / 1_000_000),
      unit: 'ms',
    },
    {
      what: '(a) against one after another',
      value: (AT_ONCE * aloneMs) / closedMs,
      unit: 'times faster',
    },
  ])
} finally {
  await product.stop()
  removeFolder(folder)
}

/** Waits until every change is primed, then closed. Milliseconds since `from`. */
async function run(
  { owner }: Product,
  changes: readonly string[],
  from = performance.now(),
): Promise<{ primedMs: number; closedMs: number }> {
  let primedMs = 0
  for (;;) {
    const [row] = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ primed: number; closed: number }[]>(
        `select (select count(*)::int from step s join run r on r.id = s.run_id where r.change_id = any($1) and s.name = 'prime_targets' and s.state = 'done') as primed,
          (select count(*)::int from change where id = any($1) and state = 'closed') as closed`,
        changes,
      ),
    )
    const now = performance.now() - from
    if (row?.primed === changes.length && primedMs === 0) primedMs = now
    if (row?.closed === changes.length) return { primedMs, closedMs: now }
    if (now > 300_000)
      throw new Error(
        `${row?.primed} primed and ${row?.closed} closed of ${changes.length} in 5 minutes`,
      )
    await new Promise((resolve) => setTimeout(resolve, changes.length === 1 ? 20 : 100))
  }
}
