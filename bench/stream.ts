// How long a line of a run's log is on its way to the browsers that watch it: from its own time in the database to its arrival by server-sent events.
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

const WATCHERS = 20
const CLUSTERS = ['dev-eu-1', 'dev-eu-2', 'dev-eu-3']
const folder = newFolder()
const product = await startProduct({ folder })
try {
  await admitEverywhere(product)
  const ada = await product.viewer('ada.okafor')
  const cookie = await product.cookie('ada.okafor')
  const samples: number[] = []
  for (const name of ['warm-up', 'watched-1', 'watched-2', 'watched-3']) {
    const targets = CLUSTERS.map((cluster) => ({ environment: 'dev', cluster }))
    const answer = await requestService(product.platform, ada, {
      request: smallRequest(name, targets),
    })
    if (!answer.ok) throw refusal(answer.error)
    const arrivals = await watched(answer.value.number, cookie)
    if (name !== 'warm-up') samples.push(...(await latencies(answer.value.changeId, arrivals)))
  }
  report('stream', [
    { what: `lines, each to ${WATCHERS} watchers`, value: samples.length, unit: 'arrivals' },
    { what: 'written to arrived, median', value: percentile(samples, 50), unit: 'ms' },
    {
      what: 'written to arrived, 95th percentile',
      value: percentile(samples, 95),
      unit: 'ms',
      aim: '< 1000',
    },
    { what: 'written to arrived, longest', value: Math.max(...samples), unit: 'ms' },
  ])
} finally {
  await product.stop()
  removeFolder(folder)
}

type Arrival = { line: number; at: number }

/** Watches a run with many readers until each saw it end. */
async function watched(number: number, cookie: string): Promise<Arrival[]> {
  const address = `${product.platform.settings.publicUrl}/changes/${number}/runs/1/events?after=-1`
  const arrivals: Arrival[] = []
  const watch = async () => {
    const response = await begun(address, cookie)
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    if (!reader) throw new Error('no stream')
    for (let text = ''; ; ) {
      const { value, done } = await reader.read()
      if (done) return
      text += value
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const event = text.slice(0, end)
        text = text.slice(end + 2)
        const at = Date.now()
        if (event.includes('event: log'))
          for (const line of linesOf(event)) arrivals.push({ line, at })
        if (event.includes('event: run') && event.includes('"state":"succeeded"')) {
          await reader.cancel()
          return
        }
      }
    }
  }
  await Promise.all(Array.from({ length: WATCHERS }, watch))
  return arrivals
}

function linesOf(event: string): number[] {
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? '[]'
  return (JSON.parse(data) as { line: number }[]).map(({ line }) => line)
}

/** The address of a run exists before the run does; its stream a moment later. */
async function begun(address: string, cookie: string): Promise<Response> {
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await fetch(address, { headers: { cookie } })
    if (response.ok) return response
    await response.body?.cancel()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the run did not begin')
}

/** Of what arrived while it was watched: lines from before the first reader came are left out. */
async function latencies(changeId: string, arrivals: readonly Arrival[]): Promise<number[]> {
  const rows = await product.owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<{ line: number; at: number }[]>(
      `select l.line::int as line, (extract(epoch from l.at) * 1000)::float8 as at from log_line l join run r on r.id = l.run_id where r.change_id = $1`,
      changeId,
    ),
  )
  const written = new Map(rows.map(({ line, at }) => [line, at]))
  const began = Math.min(...arrivals.map(({ at }) => at))
  return arrivals.flatMap(({ line, at }) => {
    const from = written.get(line)
    return from !== undefined && from >= began ? [at - from] : []
  })
}
