import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readService } from '#lib/cmdb/service-queries.ts'
import { aRequest } from '#lib/testing/organisation.ts'
import { type RealParts, realParts, until, type WorkerProcess } from '#lib/testing/real-parts.ts'
import { requestService } from './request-service.ts'

const NAME = 'hollow'
const OVERLAY = 'deploy/overlays/dev/kustomization.yaml'

let parts: RealParts
let worker: WorkerProcess

beforeAll(async () => {
  parts = await realParts()
  worker = await parts.startWorker()
})

afterAll(async () => {
  await worker?.kill()
  await parts?.close()
})

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${parts.gitUrl}/repos/payments/${NAME}/${path}`, {
    method,
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

/** Merges a change of one file to the branch, as a team would. */
async function push(path: string, edit: (content: string) => string): Promise<void> {
  const head = await api<{ object: { sha: string } }>('GET', 'git/ref/heads/main')
  const parent = head.object.sha
  const commit = await api<{ tree: { sha: string } }>('GET', `git/commits/${parent}`)
  const file = await api<{ content: string }>('GET', `contents/${path}?ref=${parent}`)
  const content = edit(Buffer.from(file.content, 'base64').toString())
  const tree = await api<{ sha: string }>('POST', 'git/trees', {
    base_tree: commit.tree.sha,
    tree: [{ path, mode: '100644', type: 'blob', content }],
  })
  const made = await api<{ sha: string }>('POST', 'git/commits', {
    message: 'Change it',
    tree: tree.sha,
    parents: [parent],
  })
  await api('PATCH', 'git/refs/heads/main', { sha: made.sha })
  await poke()
}

type Source = { spec: object }

/** Has the source fetched at once, as a push with a Receiver does. */
async function poke(): Promise<void> {
  const { spec } = (await onCluster('GET')) as Source
  const annotations = { 'reconcile.fluxcd.io/requestedAt': String(Date.now()) }
  const { namespace } = await instance()
  await onCluster('PATCH', {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: NAME, namespace, annotations },
    spec,
  })
}

async function onCluster(method: 'GET' | 'PATCH', body?: object): Promise<unknown> {
  const cluster = parts.clusters.find(({ name }) => name === 'dev-eu-1')
  const { namespace } = await instance()
  const path = `/apis/source.toolkit.fluxcd.io/v1/namespaces/${namespace}/gitrepositories/${NAME}?fieldManager=somebody`
  const asked = httpsRequest(`${cluster?.endpoint}${path}`, {
    method,
    ca: cluster?.caPem,
    headers: {
      authorization: `Bearer ${cluster?.token}`,
      'content-type': 'application/apply-patch+yaml',
    },
  })
  asked.end(body && JSON.stringify(body))
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  return json(answer)
}

async function instance() {
  const viewer = await parts.organisation.viewer('ada.okafor')
  const service = await readService(parts.organisation.platform, viewer, {
    tenant: 'payments',
    slug: NAME,
  })
  const [first] = service?.instances ?? []
  if (!first) throw new Error('no instance')
  return first
}

/** Asks for a look at the cluster, as an event of Flux would, until the instance is as it should be. */
async function untilShown(code: string, words = /^/): Promise<void> {
  await until(`shown as ${code}`, 60, async () => {
    await parts.rows(
      `update step_target set available_at = clock_timestamp() where state = 'waiting' returning 1`,
    )
    const { platform } = parts.organisation
    const [cluster] = await parts.rows<{ id: string }>(
      `select cluster_id as id from service_instance limit 1`,
    )
    await platform.db.inContext({ actor: 'sys:hook', tenants: [] }, (tx) =>
      platform.queue.enqueue(
        tx,
        'cluster.observe',
        { clusterId: cluster?.id ?? '' },
        { key: cluster?.id ?? '' },
      ),
    )
    await new Promise((resolve) => setTimeout(resolve, 400))
    const shown = await instance()
    return shown.code === code && words.test(shown.message ?? '')
  })
}

test('a service whose overlay is emptied, then mended, then left without what runs is Ready, but, with why and what to do', async () => {
  const { platform, viewer } = parts.organisation
  const request = aRequest(NAME, { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] })
  const asked = await requestService(platform, await viewer('ada.okafor'), { request })
  expect(asked.ok).toBe(true)
  await until(
    'the service is recorded',
    60,
    async () => (await parts.rows('select 1 from service_instance')).length > 0,
  )
  await untilShown('ready')
  await until('it was looked behind', 60, async () => {
    const looked = `select 1 from flux_object where kind = 'Kustomization' and inspection is not null`
    if ((await parts.rows(looked)).length > 0) return true
    await untilShown('ready')
    return false
  })

  await push(OVERLAY, (content) => content.replace('resources:\n  - ../../base', 'resources: []'))
  // the step that waits for Flux may be the first to see it, and looks no further; the next look says what is gone
  await untilShown('nothing_applied', /Nothing runs any more: Deployment .* was pruned/)
  expect(await instance()).toMatchObject({ status: 'ready_but', whose: 'yours' })

  await push(OVERLAY, (content) => content.replace('resources: []', 'resources:\n  - ../../base'))
  await untilShown('ready')

  await push('deploy/base/kustomization.yaml', (content) =>
    content.replace(/ *- deployment.yaml\n/, ''),
  )
  await untilShown('workloads_pruned')
  expect(await instance()).toMatchObject({
    status: 'ready_but',
    nextStep: expect.stringContaining('Check `resources:`'),
  })
}, 240_000)
