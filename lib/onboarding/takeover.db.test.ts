import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRequest } from '#lib/testing/organisation.ts'
import { type RealParts, realParts, until } from '#lib/testing/real-parts.ts'
import { requestService } from './request-service.ts'

const TAKEOVER_SECONDS = 15

let parts: RealParts

beforeAll(async () => {
  parts = await realParts()
})

afterAll(async () => {
  await parts?.close()
})

const stepIs = (changeId: string, step: string, state: string) => async () =>
  (
    await parts.rows(
      `select 1 from step s join run r on r.id = s.run_id where r.change_id = $1 and s.name = $2 and s.state = $3`,
      changeId,
      step,
      state,
    )
  ).length > 0
/** Has a step or a target of the change moved on since then? */
async function movedSince(changeId: string, at: string): Promise<boolean> {
  const moved = await parts.rows(
    `select 1 from run r where r.change_id = $1 and (exists (select 1 from step s where s.run_id = r.id and (s.started_at > $2::timestamptz or s.attempts > 1))
      or exists (select 1 from step_target t where t.run_id = r.id and t.updated_at > $2::timestamptz))`,
    changeId,
    at,
  )
  return moved.length > 0
}
const closed = (changeId: string) => async () =>
  (await parts.rows(`select 1 from change where id = $1 and state = 'closed'`, changeId)).length > 0

type Moment = {
  name: string
  /** The step at which the worker is killed; a job's kind where no step is under way. */
  at: { step: string } | { job: string }
  /** Holds the worker there; called when the change is submitted, or at a later step. Answers how to let go. */
  hold(): Promise<() => Promise<unknown>>
  after?: string
}

/** Holds by an answer of the Git host: slow, or an effect that happened and whose answer is lost. */
const byGit = (kind: string, method: string, path: string) => async () => {
  await parts.gitFaults([{ kind, method, path, milliseconds: 4000 }])
  return () => parts.gitFaults([])
}
const byFleet = (fault: object) => async () => {
  await parts.fleetFaults([fault])
  return () => parts.fleetFaults([])
}
/** Holds whoever writes to a table, in the middle of the transaction. */
const byLock = (table: string) => async () => {
  const client = new pg.Client({ connectionString: parts.organisation.database.ownerUrl })
  await client.connect()
  await client.query(`begin; lock table ${table} in share row exclusive mode`)
  return () => client.end()
}

/** What holds the worker before, in and after every step and its outside effect. */
const MOMENTS: readonly Moment[] = [
  { name: 'while the change starts', at: { job: 'change.start' }, hold: byLock('run') },
  {
    name: 'while the records are written',
    at: { step: 'record_service' },
    hold: byLock('service'),
  },
  {
    name: 'before the repository is made',
    at: { step: 'create_repository' },
    hold: byGit('slow', 'POST', '/orgs/.*/repos'),
  },
  {
    name: 'after the repository is made, before it is known',
    at: { step: 'create_repository' },
    hold: byGit('drop_answer', 'POST', '/orgs/.*/repos'),
  },
  {
    name: 'before the branch moves',
    at: { step: 'push_scaffold' },
    hold: byGit('slow', 'PATCH', '/git/refs'),
  },
  {
    name: 'after the branch moved, before it is known',
    at: { step: 'push_scaffold' },
    hold: byGit('drop_answer', 'PATCH', '/git/refs'),
  },
  {
    name: 'before the branch is protected',
    at: { step: 'push_scaffold' },
    hold: byGit('slow', 'PUT', '/protection'),
  },
  {
    name: 'in the middle of priming',
    at: { step: 'prime_targets' },
    hold: byFleet({ kind: 'slow', milliseconds: 1500 }),
  },
  {
    name: 'while Flux is at work',
    at: { step: 'await_ready' },
    hold: byFleet({ kind: 'never_ready' }),
  },
  {
    name: 'while the change is closed',
    at: { step: 'close_change' },
    hold: byLock('change_transition'),
    after: 'create_repository',
  },
  {
    name: 'while the mail is sent',
    at: { job: 'delivery.send' },
    hold: byLock('delivery'),
    after: 'close_change',
  },
]

test.each(MOMENTS.map((moment, index) => ({ ...moment, index })))(
  'a worker killed $name is taken over, and nothing happens twice',
  async ({ at, hold, after, index }) => {
    const name = `killed-${index}`
    const ada = await parts.organisation.viewer('ada.okafor')
    let release = after ? undefined : await hold()
    const first = await parts.startWorker()
    const submitted = await requestService(parts.organisation.platform, ada, {
      request: aRequest(name, { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
    })
    if (!submitted.ok) throw new Error(JSON.stringify(submitted.error))
    const { changeId } = submitted.value
    if (after) {
      await until(`${after} is over`, 20, stepIs(changeId, after, 'done'))
      release = await hold()
    }
    await until('the worker is held', 20, heldAt(changeId, at))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await first.kill()
    const [{ now: killedAt } = { now: '' }] = await parts.rows<{ now: string }>(
      'select now()::text as now',
    )
    await release?.()
    const second = await parts.startWorker()
    try {
      await until('another worker goes on', TAKEOVER_SECONDS + 3, goesOn(changeId, at, killedAt))
      await until('the change closes', 60, closed(changeId))
      await until('the mail arrives', 30, async () => (await mailsOf(name)).length > 0)
    } finally {
      await second.kill()
    }
    await expectOnce(changeId, name)
  },
  120_000,
)

function heldAt(changeId: string, at: Moment['at']): () => Promise<boolean> {
  if ('job' in at)
    return async () =>
      (await parts.rows(`select 1 from pgboss.job where name = $1 and state = 'active'`, at.job))
        .length > 0
  return async () =>
    (await stepIs(changeId, at.step, 'running')()) || (await stepIs(changeId, at.step, 'waiting')())
}

function goesOn(changeId: string, at: Moment['at'], since: string): () => Promise<boolean> {
  if ('job' in at)
    return async () =>
      (await parts.rows(`select 1 from pgboss.job where name = $1 and state = 'active'`, at.job))
        .length === 0
  return async () =>
    (await stepIs(changeId, at.step, 'done')()) || (await movedSince(changeId, since))
}

/** Message ids of the mails that say the service is Ready. */
async function mailsOf(name: string): Promise<string[]> {
  const mails = (await parts.mails()).filter(
    ({ subject }) => subject.includes('is done') && subject.includes(name),
  )
  return [...new Set(mails.map(({ id }) => id))]
}

async function expectOnce(changeId: string, name: string): Promise<void> {
  const [once] = await parts.rows(
    `select (select count(*)::int from run where change_id = $1) as runs, (select count(*)::int from ci where class = 'service' and name = $2) as services,
      (select count(*)::int from notice where change_id = $1 and event like 'change.ready%') as notices,
      (select count(*)::int from change_transition where change_id = $1 and to_state = 'closed') as closings,
      (select count(*)::int from target_object o join target t on t.id = o.target_id join service_instance i on i.cluster_id = t.cluster_id and i.namespace = t.namespace join change c on c.service_id = i.service_id where c.id = $1)
        - (select count(*)::int from plan_item p join change c on c.plan_hash = p.plan_hash where c.id = $1 and p.cluster_id is not null) as "objectsTooMany"`,
    changeId,
    name,
  )
  expect(once).toEqual({ runs: 1, services: 1, notices: 1, closings: 1, objectsTooMany: 0 })
  expect((await mailsOf(name)).length).toBe(1)
  const commits = (await (
    await fetch(`${parts.gitUrl}/repos/payments/${name}/commits/main`, {
      headers: { authorization: 'Bearer token' },
    })
  ).json()) as { parents: unknown[]; commit: { message: string } }
  expect([commits.parents.length, commits.commit.message.startsWith(`Scaffold ${name}`)]).toEqual([
    0,
    true,
  ])
}
