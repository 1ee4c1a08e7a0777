import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { parseArgs } from 'node:util'
import { type Certificates, makeCertificates } from '../fleet/certificates.ts'
import { openArrivals } from './arrivals.ts'
import { type Fault, openFaults } from './faults.ts'
import { bodyOf, receivePost } from './http.ts'
import { page } from './page.ts'
import { receiveSyslog } from './syslog.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4142' },
    'syslog-tls-port': { type: 'string', default: '4143' },
    'syslog-port': { type: 'string', default: '4144' },
    'page-port': { type: 'string', default: '4145' },
    token: { type: 'string', default: 'token' },
    'signing-key': { type: 'string', default: '' },
    'control-token': { type: 'string', default: '' },
    data: { type: 'string' },
  },
})
const folder = values.data
if (!folder) throw new Error('--data is needed')
mkdirSync(folder, { recursive: true })
const certificates = await certificatesIn(path.join(folder, 'certificates.json'))
const arrivals = openArrivals(folder)
const faults = openFaults()
const receiving = { arrivals, faults, token: values.token, signingKey: values['signing-key'] }
const tls = { cert: certificates.certPem, key: certificates.keyPem }

const https = createHttpsServer(tls, (request, response) => {
  receivePost(receiving, request, response).catch(() => request.socket.destroy())
})
const halfOpen = { allowHalfOpen: true }
const under = new Map<number | undefined, Socket>()
const syslogTls = createTlsServer({ ...tls, ...halfOpen }, (socket) =>
  receiveSyslog(receiving, 'syslog_tls', { socket, under: under.get(socket.remotePort) }),
).on('connection', (socket: Socket) => {
  const { remotePort } = socket
  under.set(remotePort, socket)
  socket.once('close', () => under.delete(remotePort))
})
const syslogTcp = createTcpServer(halfOpen, (socket) =>
  receiveSyslog(receiving, 'syslog_tcp', { socket }),
)
const web = createHttpServer((request, response) => {
  const json = (value: unknown): ServerResponse =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(value)) as ServerResponse
  if (request.url === '/arrivals') return void json(arrivals.all())
  if (request.url === '/chains') return void json(arrivals.chains())
  if (request.url === '/ca') return void json({ caPem: certificates.caPem })
  if (request.url === '/faults' && request.method === 'PUT') {
    if (request.headers.authorization !== `Bearer ${values['control-token']}`)
      return void response.writeHead(401).end()
    bodyOf(request)
      .then((body) => {
        faults.set((JSON.parse(body.toString()) as { faults: Fault[] }).faults)
        json({ set: true })
      })
      .catch(() => response.writeHead(400).end())
    return
  }
  const shown = { addresses: addressesOf(), caPem: certificates.caPem }
  response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    .end(page({ ...shown, arrivals: arrivals.all(), chains: arrivals.chains() }))
})

const SERVERS = [https, syslogTls, syslogTcp, web] as const
const PORTS = [values.port, values['syslog-tls-port'], values['syslog-port'], values['page-port']]
await Promise.all(SERVERS.map((server, place) => listen(server, Number(PORTS[place]))))
const [events, overTls, overTcp] = addressesOf()
process.stdout.write(
  `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${portOf(web)}`, https: events, syslogTls: overTls, syslogTcp: overTcp, caPem: certificates.caPem })}\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const server of SERVERS) server.close()
    process.exit(0)
  })

function addressesOf(): [string, string, string] {
  return [
    `https://127.0.0.1:${portOf(https)}/events`,
    `syslogs://127.0.0.1:${portOf(syslogTls)}`,
    `syslog://127.0.0.1:${portOf(syslogTcp)}`,
  ]
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
  const made = await makeCertificates('siem')
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  return made
}
