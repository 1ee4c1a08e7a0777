import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { Server } from 'node:https'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { runAnotherHand } from './another-hand.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import { SimulatedCluster } from './cluster.ts'
import { clusterNames } from './cluster-names.ts'
import { runControllers } from './controllers.ts'
import { type ClusterFault, parseFault } from './faults.ts'
import { openJournal } from './journal.ts'
import { createApiServer } from './server.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4150' },
    'base-port': { type: 'string', default: '4200' },
    clusters: { type: 'string', default: '12' },
    data: { type: 'string' },
    'control-token': { type: 'string' },
    fault: { type: 'string', multiple: true, default: [] },
  },
})
const { data, 'control-token': controlToken } = values
if (!data || !controlToken) throw new Error('--data and --control-token are needed')
mkdirSync(data, { recursive: true })

type Identity = { certificates: Certificates; token: string; readToken: string }
type Running = {
  cluster: SimulatedCluster
  identity: Identity
  server: Server
  port: number
  setFaults(faults: ClusterFault[]): void
  stop(): void
}

const journal = openJournal(path.join(data, 'objects'))
const basePort = Number(values['base-port'])
const running: Running[] = []
const names = clusterNames(Number(values.clusters))
const faults = values.fault.map((text) => parseFault(text, names))
for (const [index, name] of names.entries())
  running.push(await start(name, basePort === 0 ? 0 : basePort + index))
for (const { cluster, fault } of faults)
  for (const each of named(cluster)) each.setFaults([...each.cluster.faults, fault])

/** One cluster, or `*` for all. */
function named(cluster: string): Running[] {
  return running.filter((each) => cluster === '*' || cluster === each.cluster.name)
}

async function identityOf(name: string): Promise<Identity> {
  const file = path.join(data ?? '', 'identities', `${name}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Identity
  const identity = {
    certificates: await makeCertificates(name),
    token: newToken(),
    readToken: newToken(),
  }
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, JSON.stringify(identity), { mode: 0o600 })
  renameSync(`${file}.tmp`, file)
  return identity
}

async function start(name: string, port: number): Promise<Running> {
  const identity = await identityOf(name)
  const cluster = new SimulatedCluster(name, journal)
  cluster.restore(journal.read(name))
  const identify = (token: string) => {
    if (token === identity.token)
      return { user: 'system:serviceaccount:stairway-system:stairway', mayWrite: true }
    return token === identity.readToken
      ? { user: 'system:serviceaccount:stairway-system:reader', mayWrite: false }
      : undefined
  }
  const server = createApiServer({ cluster, certificates: identity.certificates, identify })
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, '127.0.0.1', resolve),
  )
  const address = server.address()
  const stopControllers = runControllers(cluster)
  const hand = runAnotherHand(cluster)
  return {
    cluster,
    identity,
    server,
    port: typeof address === 'object' && address ? address.port : port,
    setFaults(faults) {
      cluster.faults = faults
      hand.look()
    },
    stop() {
      stopControllers()
      hand.stop()
    },
  }
}

const control = createServer((request, response) => {
  answer(request)
    .then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    )
    .catch((error: unknown) =>
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end(JSON.stringify({ message: String(error) })),
    )
})

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${controlToken}`)
    return { status: 401, body: { message: 'a control token is needed' } }
  if (request.method === 'GET') return { status: 200, body: { clusters: running.map(describe) } }
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const asked = JSON.parse(Buffer.concat(chunks).toString()) as {
    cluster: string
    /** Instead of those in force. */
    faults?: ClusterFault[]
    /** Beside those in force. */
    fault?: ClusterFault
    rebuild?: boolean
    drift?: {
      apiVersion: string
      kind: string
      namespace: string
      name: string
      labels: Record<string, string>
    }
  }
  const targets = named(asked.cluster)
  for (const { cluster, setFaults } of targets) {
    if (asked.faults) setFaults(asked.faults)
    if (asked.fault) setFaults([...cluster.faults.filter(isOther(asked.fault)), asked.fault])
    if (asked.rebuild) cluster.rebuild()
    if (asked.drift) drift(cluster, asked.drift)
  }
  return {
    status: targets.length > 0 ? 200 : 404,
    body: { changed: targets.map((each) => each.cluster.name) },
  }
}

const isOther = (fault: ClusterFault) => (each: ClusterFault) => each.kind !== fault.kind

/** Changes labels of an object by another hand. */
function drift(
  cluster: SimulatedCluster,
  {
    apiVersion,
    kind,
    namespace,
    name,
    labels,
  }: {
    apiVersion: string
    kind: string
    namespace: string
    name: string
    labels: Record<string, string>
  },
): void {
  cluster.apply(
    { apiVersion, kind, metadata: { name, namespace, labels } },
    { manager: 'kubectl', force: true },
  )
}

function describe({ cluster, identity, port }: Running): Record<string, unknown> {
  return {
    name: cluster.name,
    endpoint: `https://127.0.0.1:${port}`,
    caPem: identity.certificates.caPem,
    token: identity.token,
    readToken: identity.readToken,
    uid: cluster.uid,
    faults: cluster.faults,
  }
}

control.listen(Number(values.port), '127.0.0.1', () => {
  const address = control.address()
  const port = typeof address === 'object' && address ? address.port : Number(values.port)
  process.stdout.write(
    `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}`, port, clusters: running.length })}\n`,
  )
})
control.on('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const each of running) {
      each.stop()
      each.server.closeAllConnections()
      each.server.close()
    }
    journal.flush()
    control.closeAllConnections()
    control.close(() => process.exit(0))
  })
}

function newToken(): string {
  return `sim-${randomBytes(24).toString('hex')}`
}
