import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Fault } from './fault.ts'
import { type Arrival, page } from './page.ts'
import { slackShown, teamsShown } from './shapes.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4147' },
    token: { type: 'string', default: 'token' },
    'control-token': { type: 'string', default: '' },
    data: { type: 'string' },
  },
})
const folder = values.data
if (!folder) throw new Error('--data is needed')
mkdirSync(folder, { recursive: true })

const SLACK = `/services/T00000000/B00000000/${values.token}`
const TEAMS = `/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${values.token}`
/** What Slack says with each status that it documents for incoming webhooks. */
const SLACK_SAYS: Readonly<Record<number, string>> = {
  400: 'invalid_payload',
  403: 'action_prohibited',
  404: 'no_service',
  410: 'channel_is_archived',
  429: 'rate_limited',
  500: 'rollup_error',
}
const TURNED_OFF = JSON.stringify({
  error: { code: 'WorkflowTriggerIsNotEnabled', message: 'The workflow is not enabled.' },
})
const KEPT = 500
const MOST_BODY = 100_000
const file = path.join(folder, 'arrivals.json')
let arrivals: Arrival[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as Arrival[])
  : []
let faults: Fault[] = []
let posts = 0

function keep(arrival: Arrival): void {
  arrivals = [arrival, ...arrivals].slice(0, KEPT)
  writeFileSync(`${file}.tmp`, JSON.stringify(arrivals))
  renameSync(`${file}.tmp`, file)
}

function nextFault(): Fault | undefined {
  const found = faults.find(({ times = 1 }) => times > 0)
  if (found?.times !== undefined) found.times -= 1
  return found
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MOST_BODY) throw new Error('too much')
  }
  return text
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => request.socket.destroy())
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? '/'
  if (request.method === 'POST' && url.startsWith('/services/'))
    return webhook('slack', url === SLACK, request, response)
  if (request.method === 'POST' && url.startsWith('/workflows/'))
    return webhook('teams', url === TEAMS, request, response)
  if (request.method === 'PUT' && url === '/faults') {
    if (request.headers.authorization !== `Bearer ${values['control-token']}`)
      return void response.writeHead(401).end()
    faults = (JSON.parse(await bodyOf(request)) as { faults: Fault[] }).faults
    return json(response, { set: true })
  }
  if (url === '/messages') return json(response, { posts, messages: arrivals })
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(page(arrivals, addresses()))
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function webhook(
  kind: Arrival['kind'],
  isKnown: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request)
  posts += 1
  const fault = nextFault()
  if (fault?.kind === 'cut') return void request.socket.destroy()
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.ms ?? 1000))
  if (fault?.kind === 'turned_off')
    return void response.writeHead(400, { 'content-type': 'application/json' }).end(TURNED_OFF)
  if (typeof fault?.kind === 'number') return refuse(kind, fault.kind, response, fault.retryAfter)
  if (!isKnown) return refuse(kind, kind === 'slack' ? 404 : 401, response)
  const shown = kind === 'slack' ? slackShown(body) : teamsShown(body)
  if ('refused' in shown) return void response.writeHead(400).end(shown.refused)
  keep({ ...shown, at: new Date().toISOString() })
  if (fault?.kind === 'silent') return void request.socket.destroy()
  if (fault?.kind === 'hanging') return void response.writeHead(200).write('o')
  if (kind === 'slack') response.writeHead(200, { 'content-type': 'text/html' }).end('ok')
  else response.writeHead(202).end()
}

function refuse(
  kind: Arrival['kind'],
  status: number,
  response: ServerResponse,
  retryAfter?: string,
): void {
  const headers = {
    ...(status === 429 || retryAfter ? { 'retry-after': retryAfter ?? '1' } : {}),
    ...(status === 302 ? { location: 'http://127.0.0.1:1/elsewhere' } : {}),
  }
  const said =
    kind === 'slack'
      ? (SLACK_SAYS[status] ?? '')
      : JSON.stringify({ error: { code: String(status), message: `refused at ${TEAMS}` } })
  response.writeHead(status, headers).end(said)
}

function addresses(): Record<Arrival['kind'], string> {
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return { slack: `${url}${SLACK}`, teams: `${url}${TEAMS}` }
}

server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  process.stdout.write(
    `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}`, ...addresses() })}\n`,
  )
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    server.close()
    process.exit(0)
  })
