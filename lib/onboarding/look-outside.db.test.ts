import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { aRequest } from '#lib/testing/organisation.ts'
import { handOn } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import type { Viewer } from '#lib/viewer.ts'
import { previewService } from './preview-service.ts'
import { requestService } from './request-service.ts'

let parts: RealParts
let worker: WorkerProcess
let ada: Viewer

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
  ada = await parts.organisation.viewer('ada.okafor')
})
afterEach(async () => {
  await parts.fleetFaults([])
  await parts.gitFaults([])
})
afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

/** In a place that the sandbox has a cluster for. */
const asked = (name: string) =>
  aRequest(name, { targets: [{ environment: 'dev', cluster: parts.clusters[0]?.name ?? '' }] })

async function preview(name: string) {
  const answer = await previewService(parts.organisation.platform, ada, { request: asked(name) })
  if (!answer.ok) throw new Error(answer.error.code)
  const of = (id: string) => {
    const check = answer.value.checks.find(({ checkId }) => checkId === id)
    return `${check?.outcome}: ${check?.finding}`
  }
  return {
    looking: answer.value.looking,
    repository: of('repository_free'),
    namespace: of('namespace_free'),
  }
}

function looked(kind: 'repository' | 'namespace', name: string): Promise<boolean> {
  return parts
    .rows(`select 1 from fact where kind = $1 and key like '%' || $2 || '%'`, kind, name)
    .then((rows) => rows.length > 0)
}

async function foreignNamespace(name: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  for (const cluster of parts.clusters) await handOn(cluster).apply(object, 'kubectl')
}

test('a name that is free everywhere is told so after the look, with its time', async () => {
  const first = await preview('roomy')
  expect(first).toMatchObject({
    looking: true,
    repository: expect.stringMatching(/^pass.*looked at when the step runs/),
  })
  await until(
    'both were looked for',
    15,
    async () => (await looked('repository', 'roomy')) && looked('namespace', 'roomy'),
  )
  const then = await preview('roomy')
  expect(then.looking).toBe(false)
  expect(then.repository).toMatch(/^pass: .*was not on the Git host at/)
  expect(then.namespace).toMatch(/^pass: .*was not on \S+ at/)
})

test('a repository and a namespace of somebody else are found while the form is filled, and a submit is refused', async () => {
  const made = await fetch(`${parts.gitUrl}/orgs/payments/repos`, {
    method: 'POST',
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'occupied' }),
  })
  expect(made.status).toBe(201)
  const [target] = asked('occupied').targets
  await foreignNamespace(`pay-occupied-${target?.environment}`)
  expect((await preview('occupied')).looking).toBe(true)
  await until(
    'both were looked for',
    15,
    async () => (await looked('repository', 'occupied')) && looked('namespace', 'occupied'),
  )
  const then = await preview('occupied')
  expect(then.repository).toMatch(/^fail: .*taken by a repository on the Git host/)
  expect(then.namespace).toMatch(/^fail: .*taken by a namespace on the cluster/)
  const { platform } = parts.organisation
  const answer = await requestService(platform, ada, { request: asked('occupied') })
  expect(answer).toMatchObject({ ok: false, error: { code: 'checks_failed' } })
})

test('what became free again is looked at again once the last look is old', async () => {
  await parts.rows(
    `insert into fact (kind, key, value, observed_at, source) values ('repository', 'payments/freed', '{"exists":true}', now() - interval '10 minutes', 'Git host') returning 1`,
  )
  expect(await preview('freed')).toMatchObject({
    looking: true,
    repository: expect.stringMatching(/^fail/),
  })
  await until('it was looked for', 15, async () =>
    /^pass/.test((await preview('freed')).repository),
  )
})

test('a cluster that does not answer leaves its names unknown, and the Git host’s answer is kept', async () => {
  await parts.fleetFaults([{ kind: 'unreachable' }])
  expect((await preview('silent')).looking).toBe(true)
  await until('the repository was looked for', 15, () => looked('repository', 'silent'))
  const { repository, namespace } = await preview('silent')
  expect(repository).toMatch(/was not on the Git host at/)
  expect(namespace).toMatch(/^pass: .*looked at when the step runs/)
})

test('names of others, reserved ones and ones that are not given yet are not looked for', async () => {
  const { platform } = parts.organisation
  const nameless = { ...asked('x'), name: '' }
  const answer = await previewService(platform, ada, { request: nameless })
  expect(answer).toMatchObject({ ok: true, value: { looking: false } })
  await requestService(platform, ada, { request: asked('held') })
  expect((await preview('held')).looking).toBe(false)
})

test('whoever thinks of too many names in a minute is not looked for any more', async () => {
  await parts.rows(
    `insert into rate_window (key, window_start, hits) select 'looks:' || $1, to_timestamp((floor(extract(epoch from now()) / 60) + n) * 60), 1000 from generate_series(0, 1) n
     on conflict (key, window_start) do update set hits = 1000 returning 1`,
    ada.id,
  )
  expect(await preview('one-more')).toMatchObject({
    looking: false,
    repository: expect.stringMatching(/^pass/),
  })
})
