import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { type Certificates, makeCertificates } from '../fleet/certificates.ts'
import { type FeedName, firstRows, type Row } from './rows.ts'
import { type Fault, serveFeed } from './serve.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4148' },
    'page-port': { type: 'string', default: '4149' },
    token: { type: 'string', default: 'token' },
    'control-token': { type: 'string', default: '' },
    data: { type: 'string' },
  },
})
const folder = values.data
if (!folder) throw new Error('--data is needed')
mkdirSync(folder, { recursive: true })
const certificates = await certificatesIn(path.join(folder, 'certificates.json'))
const rowsFile = path.join(folder, 'rows.json')
const feeds: Record<FeedName, Row[]> = existsSync(rowsFile)
  ? (JSON.parse(readFileSync(rowsFile, 'utf8')) as Record<FeedName, Row[]>)
  : firstRows()
let faults: Fault[] = []

const https = createHttpsServer(
  { cert: certificates.certPem, key: certificates.keyPem },
  (request, response) =>
    serveFeed({ feeds, token: values.token, faults: () => faults }, request, response),
)
/** What it serves, and how it is told to serve something else: PUT /rows/<feed>, PUT /faults, with the control token. */
const page = createHttpServer((request, response) => {
  const json = (value: unknown) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(value, null, 1))
  if (request.method !== 'PUT')
    return void json(request.url === '/ca' ? { caPem: certificates.caPem } : { faults, feeds })
  if (request.headers.authorization !== `Bearer ${values['control-token']}`)
    return void response.writeHead(401).end()
  told(request)
    .then((body) => {
      const feed = request.url?.replace('/rows/', '') as FeedName
      if (request.url === '/faults') faults = body as Fault[]
      else if (feed in feeds) {
        feeds[feed] = body as Row[]
        writeFileSync(rowsFile, JSON.stringify(feeds))
      } else return void response.writeHead(404).end()
      return void json({ set: true })
    })
    .catch(() => response.writeHead(400).end())
})

await Promise.all([listen(https, Number(values.port)), listen(page, Number(values['page-port']))])
process.stdout.write(
  `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${portOf(page)}`, https: `https://127.0.0.1:${portOf(https)}`, caPem: certificates.caPem })}\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    https.close()
    page.close()
    process.exit(0)
  })

async function told(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return JSON.parse(text)
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => {
    server.on('error', (error) => {
      process.stderr.write(`${error.message}\n`)
      process.exit(1)
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}

async function certificatesIn(file: string): Promise<Certificates> {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Certificates
  const made = await makeCertificates('feeds')
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  return made
}
