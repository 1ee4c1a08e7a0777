import { setTimeout } from 'node:timers/promises'
import { isOver } from '#components/run/run-picture.ts'
import { readLog, readRun, runPulse } from '#lib/runs/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'
import { linesOf, pictureOf } from '../picture.ts'

export const dynamic = 'force-dynamic'

const LOOK_EVERY_MS = 400
/** A run that is over moves only when somebody retries it. */
const LOOK_AFTER_END_MS = 2000
/** Streams end by themselves and the browser comes back: a session that was ended meanwhile gets no further. */
const STREAM_MS = 45_000
const BREATH_MS = 10_000

/** The live run: `run` whenever it moved, `log` with new lines; the id of an event is the last line sent. */
export const GET = route('change.read', async ({ request, params, viewer }) => {
  const name = { number: Number(params.number), attempt: Number(params.n) }
  if (!viewer || !Number.isSafeInteger(name.number) || !Number.isSafeInteger(name.attempt))
    return problem(404, 'no such run')
  const run = await readRun(platform(), viewer, name)
  if (!run?.id) return problem(404, 'no such run')
  const follow = { viewer, name, runId: run.id, after: startLine(request), signal: request.signal }
  return new Response(streamOf(follow), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
})

/** Where the reader stands: the browser's own memory when it reconnects, else what the page asked for. */
function startLine(request: Request): number {
  const told =
    request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('after')
  const line = Number(told ?? Number.NaN)
  return Number.isSafeInteger(line) ? line : -1
}

type Follow = {
  viewer: Parameters<typeof readRun>[1]
  name: { number: number; attempt: number }
  runId: string
  after: number
  signal: AbortSignal
}

function streamOf(follow: Follow): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      try {
        send('retry: 500\n\n')
        await pump(follow, send)
      } catch {
        // The reader left, or the database is away: the browser comes back and starts from its last line.
      } finally {
        if (!follow.signal.aborted) controller.close()
      }
    },
  })
}

async function pump(
  { viewer, name, runId, after, signal }: Follow,
  send: (text: string) => void,
): Promise<void> {
  const ends = performance.now() + STREAM_MS
  let line = after
  let stamp = ''
  let over = false
  let breath = performance.now()
  while (!signal.aborted && performance.now() < ends) {
    const pulse = await runPulse(platform(), viewer, runId)
    if (!pulse) return
    const moved = pulse.stamp !== stamp
    const run = moved || pulse.lines > line ? await readRun(platform(), viewer, name) : null
    if (run?.id === null) return
    if (run && pulse.lines > line) {
      const lines = await readLog(platform(), viewer, { runId, after: line })
      line = lines.at(-1)?.line ?? line
      if (lines.length > 0)
        send(`id: ${line}\nevent: log\ndata: ${JSON.stringify(linesOf(lines, run))}\n\n`)
    }
    if (run && moved) {
      send(`event: run\ndata: ${JSON.stringify(pictureOf(run))}\n\n`)
      stamp = pulse.stamp
      over = isOver(run.state)
    }
    if (performance.now() - breath > BREATH_MS) {
      send(': still here\n\n')
      breath = performance.now()
    }
    await setTimeout(over ? LOOK_AFTER_END_MS : LOOK_EVERY_MS, undefined, { signal })
  }
}
