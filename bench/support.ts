import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { sessionTokenCookie } from '#lib/auth/cookies.ts'
import { loadViewer, openSession } from '#lib/auth/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { openQueue } from '#lib/jobs/queue.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { sealerFor } from '#lib/runtime/sealer.ts'
import { signedInNow } from '#lib/testing/strong-sign-in.ts'
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
  /** A cookie header with which somebody is signed in at the web app. */
  cookie(user: string): Promise<string>
  /** CPU seconds that a process of the product has used. */
  cpu(name: string): number
  /** CPU seconds of every process of the product with its children, by name. */
  cpuOfAll(): Record<string, number>
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
      quarantineMinutes: 0,
    },
  }
  const pidOf = (name: string) => pidsIn(folder).find((each) => each.name === name)?.pid ?? 0
  await directoryAtRest(owner)
  return {
    platform,
    owner,
    secrets,
    folder,
    readyMs,
    viewer: async (user) => (await signedIn(db, user)).viewer,
    cookie: async (user) =>
      `${sessionTokenCookie('http://localhost')}=${(await signedIn(db, user)).token}`,
    cpu: (name) => cpuSeconds(pidOf(name)),
    cpuOfAll: () =>
      Object.fromEntries(pidsIn(folder).map(({ name, pid }) => [name, cpuOfTree(pid)])),
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

/** A sample of the worker's metrics; 0 where it has none yet. */
export async function workerMetric(
  { secrets }: Product,
  name: string,
  labels: string,
): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${PORT_BASE + 1}/metrics`, {
    headers: { authorization: `Bearer ${secrets.metrics}` },
  })
  if (!answer.ok) throw new Error(`the worker's metrics: ${answer.status}`)
  const line = (await answer.text())
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && each.includes(labels))
  return Number(line?.split(' ').at(-1) ?? 0)
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

/** Waits until the directory has pushed all its people and groups: their number no longer grows. */
async function directoryAtRest(owner: Database): Promise<void> {
  const count = () =>
    owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) => tx.group_member.count())
  for (let last = -1, same = 0; same < 4; ) {
    const now = await count()
    same = now > 0 && now === last ? same + 1 : 0
    last = now
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

async function signedIn(db: Database, user: string): Promise<{ viewer: Viewer; token: string }> {
  for (let tries = 0; tries < 100; tries += 1) {
    const token = randomBytes(32).toString('base64url')
    const tokenHash = sha256Bytes(token)
    const found = await db.inContext({ actor: 'sys:bench', tenants: [] }, async (tx) => {
      const person = await tx.person.findFirst({ where: { user_name: user } })
      if (!person) return null
      await openSession(tx, { ...signedInNow(), tokenHash, personId: person.id })
      return loadViewer(tx, tokenHash)
    })
    if (found && Object.keys(found.viewer.roles).length > 0) return { viewer: found.viewer, token }
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

function pidsIn(folder: string): { name: string; pid: number }[] {
  const { children } = JSON.parse(readFileSync(path.join(folder, 'pids.json'), 'utf8')) as {
    children: { name: string; pid: number }[]
  }
  const postmaster = readFileSync(path.join(folder, 'postgres/postmaster.pid'), 'utf8')
  return [...children, { name: 'postgres', pid: Number(postmaster.split('\n')[0]) }]
}

/** With the children that run and those that ended. */
function cpuOfTree(root: number): number {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
        const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
        return [{ pid: Number(pid), parent: Number(fields[1]), seconds: ticks / 100 }]
      } catch {
        return []
      }
    })
  const sum = (pid: number): number =>
    all
      .filter((each) => each.parent === pid)
      .reduce(
        (total, each) => total + sum(each.pid),
        all.find((each) => each.pid === pid)?.seconds ?? 0,
      )
  return sum(root)
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

/** Milliseconds that 95 of 100 calls take at most, after some that are not counted. */
export async function timedAt95(call: () => Promise<unknown>, rounds = 200): Promise<number> {
  for (let round = 0; round < 20; round += 1) await call()
  const samples: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    await call()
    samples.push(performance.now() - started)
  }
  return percentile(samples, 95)
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
