import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Answer, answerCall, refuse } from './api.ts'
import { type Fault, openFaults } from './faults.ts'
import { changePage, listPage } from './page.ts'
import { openTables, type Row, TEMPLATE } from './tables.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4146' },
    user: { type: 'string', default: 'stairway.integration' },
    secret: { type: 'string', default: 'secret' },
    'control-token': { type: 'string', default: '' },
    data: { type: 'string' },
  },
})
const folder = values.data
if (!folder) throw new Error('--data is needed')
const tables = openTables(folder)
const faults = openFaults()
const tokens = new Set<string>()
const BASIC = `Basic ${Buffer.from(`${values.user}:${values.secret}`).toString('base64')}`
/** What was called, for whoever counts. */
const calls: { method: string; path: string }[] = []

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`)
    request.socket.destroy()
  })
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://sandbox')
  const body = await bodyOf(request)
  if (url.pathname.startsWith('/api/') || url.pathname === '/oauth_token.do')
    return serveApi(request, response, url, body)
  if (url.pathname.startsWith('/control/'))
    return send(response, control(request, url.pathname, body))
  return servePage(request, response, url, body)
}

async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): Promise<void> {
  const { method = 'GET' } = request
  calls.push({ method, path: url.pathname })
  const fault = faults.next(method)
  if (fault?.kind === 'down') return void request.socket.destroy()
  const refused = fault && faultAnswer(fault)
  if (refused) return send(response, refused)
  if (fault?.kind === 'asleep')
    return html(response, '<!doctype html><title>Hibernating Instance</title>')
  if (fault?.kind === 'slow') await setTimeout(fault.ms)
  const answer = url.pathname === '/oauth_token.do' ? issue(body) : answerAsked(request, url, body)
  if (fault?.kind === 'silent') return void request.socket.destroy()
  send(response, answer)
}

function answerAsked(request: IncomingMessage, url: URL, text: string): Answer {
  const given = request.headers.authorization ?? ''
  if (given !== BASIC && !(given.startsWith('Bearer ') && tokens.has(given.slice(7))))
    return refuse(401, 'User Not Authenticated', 'Required to provide Auth information')
  const { method = 'GET' } = request
  const { pathname: path, searchParams: query } = url
  try {
    const body = text === '' ? {} : (JSON.parse(text) as Row)
    return answerCall(tables, { method, path, query, body, user: values.user })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse(400, 'Invalid content, unable to parse')
  }
}

function faultAnswer(fault: Fault): Answer | undefined {
  if (fault.kind === 'unauthorised')
    return refuse(401, 'User Not Authenticated', 'Required to provide Auth information')
  if (fault.kind === 'forbidden')
    return refuse(403, 'User Not Authorized', 'Failed API level ACL Validation')
  if (fault.kind === 'missing') return refuse(404, 'No Record found')
  if (fault.kind === 'error')
    return refuse(500, 'Transaction cancelled: maximum execution time exceeded')
  if (fault.kind !== 'busy') return undefined
  return {
    ...refuse(429, 'Rate limit exceeded', 'Rejected by large REST Caller rate limit'),
    headers: { 'retry-after': String(fault.afterSeconds) },
  }
}

function issue(body: string): Answer {
  const asked = new URLSearchParams(body)
  const known =
    asked.get('grant_type') === 'client_credentials' &&
    asked.get('client_id') === values.user &&
    asked.get('client_secret') === values.secret
  if (!known)
    return { status: 401, body: { error: 'access_denied', error_description: 'access_denied' } }
  const token = randomBytes(24).toString('base64url')
  tokens.add(token)
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 1799 } }
}

function control(request: IncomingMessage, at: string, body: string): Answer {
  if (request.headers.authorization !== `Bearer ${values['control-token']}`)
    return refuse(401, 'the control token is needed')
  const asked = body === '' ? {} : (JSON.parse(body) as Row & { faults?: Fault[] })
  if (at === '/control/faults') faults.set(asked.faults ?? [])
  else if (at === '/control/calls') return { status: 200, body: calls.splice(0) }
  else if (at === '/control/rows') return { status: 200, body: everyRow() }
  else if (!act(at, asked)) return refuse(409, 'nothing to do that to')
  return { status: 200, body: { done: true } }
}

function everyRow(): Record<string, readonly Row[]> {
  return {
    changes: tables.rows('change_request'),
    notes: tables.rows('sys_journal_field'),
    approvals: tables.rows('sysapproval_approver'),
  }
}

/** What somebody does in ServiceNow: decide, comment, or write fields as its administrator would. */
function act(at: string, asked: Row): boolean {
  const change = tables
    .rows('change_request')
    .find(({ number, sys_id }) => number === asked.number || sys_id === asked.sys_id)
  if (!change) return false
  const { comments = '' } = asked
  if (at === '/control/approve') return tables.decide(change, 'approved', comments)
  if (at === '/control/reject') return tables.decide(change, 'rejected', comments || 'Rejected.')
  const { number: _, sys_id: __, ...fields } = asked
  tables.update(change, fields, 'nora.field')
  return true
}

function servePage(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  body: string,
): void {
  if (request.method === 'POST') {
    const form = Object.fromEntries(new URLSearchParams(body))
    const at = url.pathname === '/page/decide' && form.state === 'rejected' ? 'reject' : 'approve'
    const { sys_id = '', comments = '' } = form
    if (url.pathname === '/page/decide') act(`/control/${at}`, { sys_id, comments })
    if (url.pathname === '/page/comment') act('/control/write', { sys_id, comments })
    const location = `/nav_to.do?uri=change_request.do?sys_id=${encodeURIComponent(sys_id)}`
    return void response.writeHead(303, { location }).end()
  }
  const sysId = /sys_id=([0-9a-f]{32})/.exec(decodeURIComponent(url.search))?.[1]
  const change = sysId === undefined ? undefined : tables.change(sysId)
  html(
    response,
    change
      ? changePage(tables, change)
      : listPage(tables, { user: values.user, template: TEMPLATE }),
  )
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(JSON.stringify(body))
}

function html(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
server.listen(Number(values.port), '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  process.stdout.write(
    `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}`, port, template: TEMPLATE })}\n`,
  )
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    server.close()
    process.exit(0)
  })
