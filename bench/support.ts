import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadViewer, openSession } from '#lib/auth/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { openQueue } from '#lib/jobs/queue.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { sealerFor } from '#lib/runtime/sealer.ts'
import type { Viewer } from '#lib/viewer.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const PORT_BASE = 31_000
const SECONDS_TO_START = 400

export type Product = {
  platform: Platform
  /** The database as its owner, for counting and for making data. */
  owner: Database
  secrets: Record<string, string>
  folder: string
  readyMs: number
  viewer(user: string): Promise<Viewer>
  /** CPU seconds that a process of the product has used. */
  cpu(name: string): number
  /** Resident memory of a process and its children, MiB. */
  memory(name: string): number
  stop(): Promise<void>
}

/** Starts the whole product on embedded defaults in a folder of its own, as `npm start` does. */
export async function startProduct({ clusters = 12, folder = newFolder() } = {}): Promise<Product> {
  const began = performance.now()
  const child = spawn(
    process.execPath,
    ['scripts/start.ts', '--port-base', String(PORT_BASE), '--clusters', String(clusters)],
    {
      cwd: ROOT,
      env: { ...process.env, STAIRWAY_DATA: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await ready(child)
  const readyMs = performance.now() - began
  const secrets = JSON.parse(readFileSync(path.join(folder, 'secrets.json'), 'utf8')) as Record<
    string,
    string
  >
  const url = (role: string) =>
    `postgresql://stairway_${role}:${secrets[role]}@127.0.0.1:${PORT_BASE + 10}/stairway`
  const db = connect(url('app'), { poolSize: 10, timeoutMs: 60_000 })
  const owner = connect(url('owner'), { poolSize: 2, timeoutMs: 600_000 })
  const queue = await openQueue(url('app'))
  const platform: Platform = {
    db,
    queue,
    sealer: sealerFor(secrets.sealingPublic ?? ''),
    allowsOutbound: () => true,
    ...viewerDatabase(db),
    settings: {
      publicUrl: `http://localhost:${PORT_BASE}`,
      hooksUrl: `http://127.0.0.1:${PORT_BASE}`,
      gitUrl: `http://127.0.0.1:${PORT_BASE + 30}`,
      webhookKey: secrets.webhook ?? '',
    },
  }
  const pids = () =>
    (
      JSON.parse(readFileSync(path.join(folder, 'pids.json'), 'utf8')) as {
        children: { name: string; pid: number }[]
      }
    ).children
  const pidOf = (name: string) => pids().find((each) => each.name === name)?.pid ?? 0
  return {
    platform,
    owner,
    secrets,
    folder,
    readyMs,
    viewer: (user) => viewerOf(db, user),
    cpu: (name) => cpuSeconds(pidOf(name)),
    memory: (name) => residentMib(pidOf(name)),
    async stop() {
      await queue.stop()
      await db.close()
      await owner.close()
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

/** A folder that the embedded PostgreSQL can read; the caller removes it. */
export function newFolder(): string {
  const folder = mkdtempSync('/var/tmp/stairway-bench-')
  chmodSync(folder, 0o755)
  return folder
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error('the product did not start')),
      SECONDS_TO_START * 1000,
    )
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes('Ready in')) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', (code) => reject(new Error(`the product ended with ${code}`)))
  })
}

async function viewerOf(db: Database, user: string): Promise<Viewer> {
  for (let tries = 0; tries < 100; tries += 1) {
    const tokenHash = sha256Bytes(`${user} ${Math.random()}`)
    const found = await db.inContext({ actor: 'sys:bench', tenants: [] }, async (tx) => {
      const person = await tx.person.findFirst({ where: { user_name: user } })
      if (!person) return null
      await openSession(tx, {
        tokenHash,
        personId: person.id,
        authTime: new Date(),
        userAgent: null,
      })
      return loadViewer(tx, tokenHash)
    })
    if (found && Object.keys(found.viewer.roles).length > 0) return found.viewer
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${user} was not pushed by the directory`)
}

/** Lets the tenant payments stand on every cluster, without a quota that a bench could meet. */
export async function admitEverywhere({ owner }: Product): Promise<void> {
  await owner.inContext({ actor: 'sys:bench', tenants: [], reason: 'bench' }, async (tx) => {
    await tx.$executeRawUnsafe(`insert into tenant_cluster (tenant_id, cluster_id, environment, added_by)
      select t.id, c.id, e, 'sys:bench' from tenant t, cluster c, unnest(c.environments) e where t.slug = 'payments' on conflict do nothing`)
    await tx.$executeRawUnsafe(
      `update tenant_quota set cpu_milli = 2000000000, memory_mib = 2000000000, instances = 100000 where tenant_id = (select id from tenant where slug = 'payments')`,
    )
    await tx.$executeRawUnsafe(`update tenant set max_services = 100000 where slug = 'payments'`)
  })
}

/** What was refused, short: the codes of the checks that did not pass. */
export function refusal(error: { code: string; checks?: unknown }): Error {
  const checks = (error.checks ?? []) as { checkId: string; outcome: string; finding: string }[]
  const failed = checks.filter(({ outcome }) => outcome !== 'pass')
  return new Error(`${error.code} ${JSON.stringify(failed).slice(0, 800)}`)
}

/** A request that is pre-authorised: small, in development, with internal data. */
export function smallRequest(name: string, targets: RequestService['targets']): RequestService {
  return {
    tenant: 'payments',
    name,
    displayName: name,
    description: '',
    template: 'node-http-service',
    parameters: { greeting: 'Hello', logLevel: 'info' },
    targets,
    size: 'small',
    dataClass: 1,
    tier: 3,
    costCode: 'CC-40718',
    owningTeam: 'payments-core',
    application: name,
    reason: '',
  }
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}

/** Value at a percentile of samples, 0 to 100. */
export function percentile(samples: readonly number[], at: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * at) / 100))] ?? 0
}

/** Prints figures as a table and as JSON, and keeps the JSON in bench/out. */
export function report(
  name: string,
  rows: readonly { what: string; value: number; unit: string; aim?: string }[],
): void {
  const figures = rows.map((row) => ({ ...row, value: Math.round(row.value * 100) / 100 }))
  const line = (row: (typeof figures)[number]) =>
    `  ${row.what.padEnd(58)}${String(row.value).padStart(10)} ${row.unit.padEnd(12)}${row.aim ? `aim ${row.aim}` : ''}`
  process.stdout.write(
    `\n${name}\n${figures.map(line).join('\n')}\n\n${JSON.stringify({ name, figures })}\n`,
  )
  mkdirSync(path.join(ROOT, 'bench/out'), { recursive: true })
  writeFileSync(
    path.join(ROOT, 'bench/out', `${name}.json`),
    `${JSON.stringify({ name, figures }, null, 2)}\n`,
  )
}
