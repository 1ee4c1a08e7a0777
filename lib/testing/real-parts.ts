import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { inject } from 'vitest'
import { newSigningKey } from '#lib/adapters/vault/signing.ts'
import type { SeedCluster } from '#prisma/seed/seed.ts'
import { endsWithUs } from './ends-with-us.ts'
import { type TestOrganisation, testOrganisation, WEBHOOK_KEY } from './organisation.ts'
import type { TestServer } from './postgres.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const CONTROL = { authorization: 'Bearer control' }

export type WorkerProcess = { kill(): Promise<void> }

export type RealParts = {
  organisation: TestOrganisation
  /** Address of the Git host, which takes the bearer token `token`. */
  gitUrl: string
  clusters: readonly SeedCluster[]
  /** Mails that arrived. */
  mails(): Promise<{ id: string; to: string; subject: string }[]>
  gitFaults(faults: readonly object[]): Promise<unknown>
  /** On one cluster, or on all. */
  fleetFaults(faults: readonly object[], cluster?: string): Promise<unknown>
  /** Wipes a simulated cluster: another uid, and nothing on it but what its administrators put there. */
  rebuildCluster(cluster: string): Promise<unknown>
  /** The product's own worker, as a process. */
  startWorker(): Promise<WorkerProcess>
  /** SQL as the tables' owner. */
  rows<T>(sql: string, ...values: unknown[]): Promise<T[]>
  close(): Promise<void>
}

/** A database with the demonstration organisation, and the sandbox's Git host, fleet and mail server, each a process of its own. Clusters that are given stand in place of the fleet. */
export async function realParts(
  server: TestServer = inject('testServer'),
  given?: readonly SeedCluster[],
): Promise<RealParts> {
  const folder = mkdtempSync('/var/tmp/stairway-parts-')
  const data = (name: string) => ['--data', path.join(folder, name)]
  const control = ['--control-token', 'control']
  const [git, fleet, mail] = await Promise.all([
    spawnSandbox<{ url: string }>('git-host', [
      ...['--port', '0', '--api-token', 'token'],
      ...data('git'),
      ...control,
    ]),
    spawnSandbox<{ url: string }>('fleet', [
      ...['--port', '0', '--base-port', '0', '--clusters', '3'],
      ...data('fleet'),
      ...control,
    ]),
    spawnSandbox<{ port: number; url: string }>('mail', [
      ...['--port', '0', '--page-port', '0'],
      ...data('mail'),
    ]),
  ])
  const { clusters: simulated } = (await (
    await fetch(fleet.ready.url, { headers: CONTROL })
  ).json()) as {
    clusters: SeedCluster[]
  }
  const clusters = given ?? simulated
  const organisation = await testOrganisation({ clusters, gitUrl: git.ready.url, server })
  const workers: WorkerProcess[] = []
  return {
    organisation,
    gitUrl: git.ready.url,
    clusters,
    mails: async () => (await (await fetch(`${mail.ready.url}/messages`)).json()) as never,
    gitFaults: (faults) =>
      fetch(`${git.ready.url}/_faults`, {
        method: 'PUT',
        headers: CONTROL,
        body: JSON.stringify({ faults }),
      }),
    fleetFaults: (faults, cluster = '*') =>
      fetch(fleet.ready.url, {
        method: 'POST',
        headers: CONTROL,
        body: JSON.stringify({ cluster, faults }),
      }),
    rebuildCluster: (cluster) =>
      fetch(fleet.ready.url, {
        method: 'POST',
        headers: CONTROL,
        body: JSON.stringify({ cluster, rebuild: true }),
      }),
    async startWorker() {
      const needs = { organisation, gitUrl: git.ready.url, smtpPort: mail.ready.port }
      const worker = await startWorker(needs)
      workers.push(worker)
      return worker
    },
    rows: (sql, ...values) =>
      organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
        tx.$queryRawUnsafe(sql, ...values),
      ),
    async close() {
      // also those of a test that failed before it killed its own: one that is left keeps the whole run from ending
      await Promise.all(workers.map((worker) => worker.kill()))
      await organisation.close()
      await Promise.all([git.stop(), fleet.stop(), mail.stop()])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until a look answers true; answers how many seconds that took. Throws when it takes longer than allowed. */
export async function until(
  what: string,
  seconds: number,
  look: () => Promise<boolean>,
): Promise<number> {
  const started = performance.now()
  while (performance.now() - started < seconds * 1000) {
    if (await look()) return (performance.now() - started) / 1000
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not within ${seconds} s: ${what}`)
}

type WorkerNeeds = { organisation: TestOrganisation; gitUrl: string; smtpPort: number }

export async function startWorker({
  organisation,
  gitUrl,
  smtpPort,
}: WorkerNeeds): Promise<WorkerProcess> {
  const env = {
    ...process.env,
    DATABASE_URL: organisation.database.workerUrl,
    PUBLIC_URL: 'http://localhost:3000',
    HOOKS_URL: 'http://127.0.0.1:1',
    GIT_URL: gitUrl,
    WORKER_PORT: String(await freePort()),
    SEALING_PRIVATE_KEY: organisation.sealing.privateKey,
    SIGNING_PRIVATE_KEY: newSigningKey(),
    WEBHOOK_KEY,
    GITHUB_API_URL: gitUrl,
    GITHUB_TOKEN: 'token',
    GIT_WRITES_PER_MINUTE: '100000',
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    MAIL_FROM: 'stairway@bank.example',
    OUTBOUND_ALLOW: 'http://127.0.0.1:*,https://127.0.0.1:*',
    METRICS_TOKEN: 'm'.repeat(32),
    LOG_LEVEL: 'error',
  }
  const child = endsWithUs(
    spawn(process.execPath, ['worker/main.ts'], {
      ...{ cwd: ROOT, env },
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
