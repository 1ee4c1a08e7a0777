import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { parseArgs } from 'node:util'
import { type Answer, fail } from './answer.ts'
import { answerApi } from './api.ts'
import { createFaults, type Fault, faultAnswer, lie } from './faults.ts'
import { deliver, type Event, movedEvents, NO_COMMIT } from './hooks.ts'
import { listRefs } from './objects.ts'
import { renderPage } from './pages.ts'
import { gitAccess, gitRequest, serveGit } from './smart-http.ts'
import { openStore, type Repository } from './store.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4130' },
    data: { type: 'string' },
    'api-token': { type: 'string' },
    'control-token': { type: 'string' },
    orgs: { type: 'string', default: 'payments,lending' },
    'public-url': { type: 'string' },
  },
})
const { data, 'api-token': apiToken, 'control-token': controlToken } = values
if (!data || !apiToken || !controlToken)
  throw new Error('--data, --api-token and --control-token are needed')

const MAX_BODY = 20 << 20
const store = openStore(data, values.orgs.split(','))
const faults = createFaults()
let base = ''

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    const isGone =
      request.socket.destroyed && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
    if (isGone) return
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    if (!response.headersSent) write(response, fail(500, 'Internal error'))
  })
})

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://host')
  if (url.pathname === '/_faults') return control(request, response)
  const fault = faults.meet(request.method ?? 'GET', url.pathname)
  if (fault?.kind === 'down') return void request.socket.destroy()
  if (fault?.kind === 'slow')
    await new Promise((resolve) => setTimeout(resolve, fault.milliseconds ?? 5000))
  const instead = fault && faultAnswer(fault)
  if (instead) return write(response, instead)
  const git = gitRequest(store, url)
  if (git) return answerGit(git, request, response)
  const isApi = /^\/(repos|orgs|meta|user)(\/|$)/.test(url.pathname)
  if (!isApi) return answerPage(url.pathname, response)
  if (!authorised(request, apiToken ?? '') && url.pathname !== '/meta')
    return write(response, fail(401, 'Bad credentials'))
  const body = await readJson(request)
  if (body === undefined) return write(response, fail(400, 'Problems parsing JSON'))
  const result = await answerApi({
    store,
    base,
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body,
    tell,
  })
  if (fault?.kind === 'drop_answer') return void request.socket.destroy()
  if (fault?.kind === 'torn_answer') return tear(response, result)
  write(response, fault?.kind === 'lies' ? lie(result) : result)
}

async function answerGit(
  git: Exclude<ReturnType<typeof gitRequest>, undefined>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const access =
    git === 'unknown repository' ? 'none' : gitAccess(request, git.repository, apiToken ?? '')
  if (git === 'unknown repository' || access === 'none') {
    const known = authorised(request, apiToken ?? '') && git === 'unknown repository'
    response.writeHead(known ? 404 : 401, known ? {} : { 'www-authenticate': 'Basic realm="git"' })
    response.end(known ? 'Repository not found.\n' : 'authentication required\n')
    return
  }
  if (git.service === 'git-receive-pack' && access !== 'write') {
    response.writeHead(403)
    response.end('this token only reads\n')
    return
  }
  if (git.service === 'git-receive-pack' && git.repository.archived) {
    response.writeHead(403)
    response.end('This repository was archived so it is read-only.\n')
    return
  }
  const dir = store.dirOf(git.repository.org, git.repository.name)
  const before = listRefs(dir)
  const served = await serveGit(store, git, { request, response })
  if (served.pushed) tell(git.repository, movedBetween(before, listRefs(dir)))
}

function movedBetween(before: Map<string, string>, after: Map<string, string>): Event[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((ref) => {
    const [was, is] = [before.get(ref) ?? NO_COMMIT, after.get(ref) ?? NO_COMMIT]
    return was === is ? [] : movedEvents(ref, was, is)
  })
}

function tell(repository: Repository, events: readonly Event[]): void {
  deliver({ store, base }, repository, events).catch((error: unknown) => {
    process.stderr.write(`hooks of ${repository.org}/${repository.name}: ${String(error)}\n`)
  })
}

async function answerPage(path: string, response: ServerResponse): Promise<void> {
  const html = await renderPage(store, path)
  response.writeHead(html ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' })
  response.end(html ?? 'not found\n')
}

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!authorised(request, controlToken ?? '')) return write(response, fail(401, 'Bad credentials'))
  if (request.method === 'PUT')
    faults.set(((await readJson(request))?.faults as Fault[] | undefined) ?? [])
  write(response, { status: 200, body: { faults: faults.list() } })
}

function authorised(request: IncomingMessage, token: string): boolean {
  return /^(bearer|token) (.+)$/i.exec(request.headers.authorization ?? '')?.[2] === token
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  if (size === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function write(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'x-github-media-type': 'github.v3; format=json',
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    ...headers,
  })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

/** Breaks off behind the first half. */
function tear(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body ?? {})
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}

server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : Number(values.port)
  base = values['public-url'] ?? `http://127.0.0.1:${port}`
  process.stdout.write(`${JSON.stringify({ ready: true, url: base, port })}\n`)
})
server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    server.closeAllConnections()
    server.close(() => process.exit(0))
  })
}
