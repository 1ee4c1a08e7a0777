import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRequest } from '#lib/testing/organisation.ts'
import type { TestServer } from '#lib/testing/postgres.ts'
import { freePort, type RealParts, realParts, until } from '#lib/testing/real-parts.ts'
import { type RunningPostgres, startPostgres } from '#sandbox/postgres/server.ts'
import { migrate, prepareServer } from '#scripts/launch/database.ts'
import { requestService } from './request-service.ts'
import { verifyChains } from './verify-chains.ts'

const REQUESTS = 12

let folder: string
let postgres: RunningPostgres
let start: () => Promise<RunningPostgres>
let parts: RealParts

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-outage-')
  chmodSync(folder, 0o755)
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  start = () => startPostgres({ dataDir: path.join(folder, 'data'), port, password })
  postgres = await start()
  const roles = { owner: password, app: password, worker: password }
  await prepareServer(postgres.url('postgres'), 'stairway_template', roles)
  await migrate(`postgresql://stairway_owner:${password}@127.0.0.1:${port}/stairway_template`)
  const server: TestServer = { superuserUrl: postgres.url('postgres'), port, password }
  parts = await realParts(server)
})

afterAll(async () => {
  await parts?.close()
  await postgres?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Ends the server as a crash would, and starts it again. */
async function crash(): Promise<void> {
  process.kill(postgres.pid, 'SIGQUIT')
  postgres = await start()
}

test('a database that crashes twice under load loses nothing and leaves nothing half-written', async () => {
  const worker = await parts.startWorker()
  const ada = await parts.organisation.viewer('ada.okafor')
  try {
    const asked = Array.from({ length: REQUESTS }, (_, n) =>
      requestService(parts.organisation.platform, ada, {
        request: aRequest(`crash-${n}`, { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
      }).catch((error: unknown) => ({ ok: false as const, error })),
    )
    await until('some requests are in', 20, async () => (await changes()).length > 2)
    await crash()
    const answers = await Promise.all(asked)
    const told = answers.flatMap((answer) => (answer.ok ? [answer.value.changeId] : []))
    await until('the database answers', 20, () => changes().then(Boolean, () => false))
    expect((await changes()).map(({ id }) => id)).toEqual(expect.arrayContaining(told))
    await until('a step is under way', 30, async () =>
      parts.rows(`select 1 from step where state in ('running','waiting') and ordinal > 0`).then(
        (found) => found.length > 0,
        () => false,
      ),
    )
    await crash()
    await until('every change closes', 90, async () =>
      changes().then(
        (all) => all.every(({ state }) => state === 'closed'),
        () => false,
      ),
    )
  } finally {
    await worker.kill()
  }
  const [whole] = await parts.rows(
    `select count(*)::int as changes, count(*) filter (where r.n = 1 and p.n > 0 and t.n = 1 and x.n = 1 and s.n = 1)::int as whole from change c
      left join lateral (select count(*) as n from run where change_id = c.id) r on true
      left join lateral (select count(*) as n from plan_item where plan_hash = c.plan_hash) p on true
      left join lateral (select count(*) as n from change_transition where change_id = c.id and to_state = 'closed') t on true
      left join lateral (select count(*) as n from notice where change_id = c.id and event like 'change.ready%') x on true
      left join lateral (select count(*) as n from audit_event where subject = c.id and action = 'change.submitted') s on true`,
  )
  expect(whole).toMatchObject({ changes: expect.any(Number), whole: (await changes()).length })
  const iris = await parts.organisation.viewer('iris.novak')
  const verified = await verifyChains(parts.organisation.platform, iris)
  expect(verified.ok && verified.value.map((chain) => chain.firstBreak)).toEqual(
    verified.ok && verified.value.map(() => null),
  )
}, 240_000)

const changes = () => parts.rows<{ id: string; state: string }>(`select id, state from change`)
