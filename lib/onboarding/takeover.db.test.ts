import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  aRequest,
  type TestOrganisation,
  testOrganisation,
  WEBHOOK_KEY,
} from '#lib/testing/organisation.ts'
import { type SandboxProcess, spawnSandbox } from '#lib/testing/spawn-sandbox.ts'
import type { SeedCluster } from '#prisma/seed/seed.ts'
import { requestService } from './request-service.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const TAKEOVER_SECONDS = 15
const CONTROL = { authorization: 'Bearer control' }

let folder: string
let organisation: TestOrganisation
let git: SandboxProcess<{ url: string }>
let fleet: SandboxProcess<{ url: string }>
let mail: SandboxProcess<{ port: number; url: string }>

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-takeover-')
  git = await spawnSandbox('git-host', [
    '--port',
    '0',
    '--data',
    path.join(folder, 'git'),
    '--api-token',
    'token',
    '--control-token',
    'control',
  ])
  fleet = await spawnSandbox('fleet', [
    '--port',
    '0',
    '--base-port',
    '0',
    '--clusters',
    '3',
    '--data',
    path.join(folder, 'fleet'),
    '--control-token',
    'control',
  ])
  mail = await spawnSandbox('mail', [
    '--port',
    '0',
    '--page-port',
    '0',
    '--data',
    path.join(folder, 'mail'),
  ])
  const { clusters } = (await (await fetch(fleet.ready.url, { headers: CONTROL })).json()) as {
    clusters: SeedCluster[]
  }
  organisation = await testOrganisation({ clusters, gitUrl: git.ready.url })
})

afterAll(async () => {
  await organisation?.close()
  await Promise.all([git?.stop(), fleet?.stop(), mail?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

type Worker = { process: ChildProcess; kill(): Promise<void> }

async function startWorker(): Promise<Worker> {
  const env = {
    ...process.env,
    DATABASE_URL: organisation.database.workerUrl,
    PUBLIC_URL: 'http://localhost:3000',
    HOOKS_URL: 'http://127.0.0.1:1',
    GIT_URL: git.ready.url,
    WORKER_PORT: String(await freePort()),
    SEALING_PRIVATE_KEY: organisation.sealing.privateKey,
    WEBHOOK_KEY,
    GITHUB_API_URL: git.ready.url,
    GITHUB_TOKEN: 'token',
    GIT_WRITES_PER_MINUTE: '100000',
    SMTP_URL: `smtp://127.0.0.1:${mail.ready.port}`,
    MAIL_FROM: 'stairway@bank.example',
    OUTBOUND_ALLOW: 'http://127.0.0.1:*,https://127.0.0.1:*',
    METRICS_TOKEN: 'm'.repeat(32),
    LOG_LEVEL: 'warn',
  }
  const child = spawn(process.execPath, ['worker/main.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    process: child,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

const gitFaults = (faults: object[]) =>
  fetch(`${git.ready.url}/_faults`, {
    method: 'PUT',
    headers: CONTROL,
    body: JSON.stringify({ faults }),
  })
const fleetFaults = (faults: object[]) =>
  fetch(fleet.ready.url, {
    method: 'POST',
    headers: CONTROL,
    body: JSON.stringify({ cluster: '*', faults }),
  })

function rows<T>(sql: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(sql, ...values),
  )
}

async function until(what: string, seconds: number, look: () => Promise<boolean>): Promise<number> {
  const started = performance.now()
  while (performance.now() - started < seconds * 1000) {
    if (await look()) return (performance.now() - started) / 1000
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not within ${seconds} s: ${what}`)
}

const stepIs = (changeId: string, step: string, state: string) => async () =>
  (
    await rows(
      `select 1 from step s join run r on r.id = s.run_id where r.change_id = $1 and s.name = $2 and s.state = $3`,
      changeId,
      step,
      state,
    )
  ).length > 0
/** Has a step or a target of the change moved on since then? */
async function movedSince(changeId: string, at: string): Promise<boolean> {
  const moved = await rows(
    `select 1 from run r where r.change_id = $1 and (exists (select 1 from step s where s.run_id = r.id and (s.started_at > $2::timestamptz or s.attempts > 1))
      or exists (select 1 from step_target t where t.run_id = r.id and t.updated_at > $2::timestamptz))`,
    changeId,
    at,
  )
  return moved.length > 0
}
const closed = (changeId: string) => async () =>
  (await rows(`select 1 from change where id = $1 and state = 'closed'`, changeId)).length > 0

/** What holds the worker in the middle of a step: an answer that is slow, or an effect that happened and whose answer is lost. */
const MOMENTS: {
  step: string
  name: string
  arm(): Promise<unknown>
  disarm(): Promise<unknown>
}[] = [
  {
    step: 'create_repository',
    name: 'before the repository is made',
    arm: () =>
      gitFaults([{ kind: 'slow', method: 'POST', path: '/orgs/.*/repos', milliseconds: 4000 }]),
    disarm: () => gitFaults([]),
  },
  {
    step: 'create_repository',
    name: 'after the repository is made, before it is known',
    arm: () => gitFaults([{ kind: 'drop_answer', method: 'POST', path: '/orgs/.*/repos' }]),
    disarm: () => gitFaults([]),
  },
  {
    step: 'push_scaffold',
    name: 'before the branch moves',
    arm: () =>
      gitFaults([{ kind: 'slow', method: 'PATCH', path: '/git/refs', milliseconds: 4000 }]),
    disarm: () => gitFaults([]),
  },
  {
    step: 'push_scaffold',
    name: 'after the branch moved, before it is known',
    arm: () => gitFaults([{ kind: 'drop_answer', method: 'PATCH', path: '/git/refs' }]),
    disarm: () => gitFaults([]),
  },
  {
    step: 'push_scaffold',
    name: 'before the branch is protected',
    arm: () =>
      gitFaults([{ kind: 'slow', method: 'PUT', path: '/protection', milliseconds: 4000 }]),
    disarm: () => gitFaults([]),
  },
  {
    step: 'prime_targets',
    name: 'in the middle of priming',
    arm: () => fleetFaults([{ kind: 'slow', milliseconds: 1500 }]),
    disarm: () => fleetFaults([]),
  },
  {
    step: 'await_ready',
    name: 'while Flux is at work',
    arm: () => fleetFaults([{ kind: 'never_ready' }]),
    disarm: () => fleetFaults([]),
  },
]

test.each(MOMENTS.map((moment, index) => ({ ...moment, index })))(
  'a worker killed $name is taken over, and nothing happens twice',
  async ({ step, index, arm, disarm }) => {
    const name = `killed-${index}`
    const ada = await organisation.viewer('ada.okafor')
    await arm()
    const first = await startWorker()
    const submitted = await requestService(organisation.platform, ada, {
      request: aRequest(name, { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
    })
    if (!submitted.ok) throw new Error(JSON.stringify(submitted.error))
    const { changeId } = submitted.value
    await until(
      `${step} is under way`,
      20,
      async () =>
        (await stepIs(changeId, step, 'running')()) || (await stepIs(changeId, step, 'waiting')()),
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    await first.kill()
    const [{ now: killedAt } = { now: '' }] = await rows<{ now: string }>(
      'select now()::text as now',
    )
    await disarm()
    const second = await startWorker()
    try {
      await until(
        'another worker goes on',
        TAKEOVER_SECONDS + 3,
        async () =>
          (await stepIs(changeId, step, 'done')()) || (await movedSince(changeId, killedAt)),
      )
      await until('the change closes', 60, closed(changeId))
    } finally {
      await second.kill()
    }
    const [once] = await rows(
      `select (select count(*)::int from run where change_id = $1) as runs, (select count(*)::int from ci where class = 'service' and name = $2) as services,
        (select count(*)::int from notice where change_id = $1 and event like 'change.ready%') as notices,
        (select count(*)::int from change_transition where change_id = $1 and to_state = 'closed') as closings`,
      changeId,
      name,
    )
    expect(once).toEqual({ runs: 1, services: 1, notices: 1, closings: 1 })
    const commits = (await (
      await fetch(`${git.ready.url}/repos/payments/${name}/commits/main`, {
        headers: { authorization: 'Bearer token' },
      })
    ).json()) as { parents: unknown[]; commit: { message: string } }
    expect([commits.parents.length, commits.commit.message.startsWith(`Scaffold ${name}`)]).toEqual(
      [0, true],
    )
  },
  120_000,
)
