import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { isSigned } from '#lib/hmac.ts'
import type { Applied, Cluster, ClusterAccess } from '#lib/ports/cluster.ts'
import type { SourceHost } from '#lib/ports/source-host.ts'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { aContext } from '#lib/templates/cases/a-context.ts'
import { renderTemplate } from '#lib/templates/render.ts'
import { aTarget } from './cases/a-target.ts'
import { FluxEvent } from './event.ts'
import { readKustomization, readSource } from './readiness.ts'
import type { TargetRecord } from './target.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from './tenant-set.ts'
import type { Readiness } from './verdict.ts'

const HOOK_KEY = 'not-a-real-key-0000000000000002'
const AUTHOR = { name: 'Stairway', email: 'stairway@bank.example' }

type Sandbox = { child: ChildProcess; url: string }

let folder = ''
let gitHost: Sandbox
let fleet: Sandbox
let sources: SourceHost
let cluster: Cluster
let hooks: Server
const events: { path: string; signed: boolean; event: FluxEvent }[] = []

async function startSandbox(main: string, ...more: string[]): Promise<Sandbox> {
  const data = path.join(folder, path.basename(path.dirname(main)))
  const args = [main, '--port', '0', '--data', data, '--control-token', 'control', ...more]
  const child = spawn(execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, url: (JSON.parse(line) as { url: string }).url }
}

async function firstCluster(): Promise<ClusterAccess> {
  const request = get(fleet.url, { headers: { authorization: 'Bearer control' } })
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  const { clusters } = (await json(response)) as {
    clusters: Omit<ClusterAccess, 'id' | 'maxInFlight'>[]
  }
  const [first] = clusters
  if (!first) throw new Error('the fleet has no cluster')
  return { ...first, id: 'clu_1', maxInFlight: 4 }
}

function receiveEvents(): Server {
  return createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const signed = isSigned(String(request.headers['x-signature']), body, [HOOK_KEY])
    events.push({
      path: request.url ?? '',
      signed,
      event: FluxEvent.parse(JSON.parse(body.toString())),
    })
    response.end()
  }).listen(0, '127.0.0.1')
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'stairway-delivery-'))
  hooks = receiveEvents()
  gitHost = await startSandbox('sandbox/git-host/main.ts', '--api-token', 'api')
  fleet = await startSandbox('sandbox/fleet/main.ts', '--base-port', '0', '--clusters', '1')
  sources = createGithubSourceHost({ apiUrl: gitHost.url, token: 'api', writesPerMinute: 100_000 })
  cluster = createClusterDialer({ allows: () => true }).dial(await firstCluster())
}, 30_000)

afterAll(async () => {
  for (const { child } of [gitHost, fleet]) {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  }
  hooks.closeAllConnections()
  hooks.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Creates the repository and its first commit, as the run does. */
async function pushed(
  template: string,
  name: string,
  namespace: string,
): Promise<{ sha: string; cloneUrl: string }> {
  const ref = { org: 'payments', name }
  const ensured = await sources.ensureRepository({
    ...ref,
    description: '',
    marker: `test-${name}`,
  })
  if (ensured.outcome === 'taken') throw new Error('the name is taken')
  const definition = loadBuiltinTemplates('templates').find((entry) => entry.name === template)
  if (!definition) throw new Error(`no template ${template}`)
  const context = aContext({
    service: { name, title: name, description: '' },
    environments: [{ name: 'prod', namespace, replicas: 1 }],
  })
  const parameters = {
    greeting: 'Hello',
    logLevel: 'info',
    heading: 'Hello',
    basePackage: 'com.bank.x',
  }
  const rendered = renderTemplate(definition, { parameters, context })
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.error))
  const files = rendered.value.map((file) => ({
    path: file.path,
    content: file.content,
    mode: '100644' as const,
  }))
  const scaffold = await sources.pushScaffold(ref, {
    branch: 'main',
    message: 'Begin',
    author: AUTHOR,
    at: new Date(0),
    files,
  })
  if (scaffold.outcome === 'taken') throw new Error('the branch is taken')
  return { sha: scaffold.sha, cloneUrl: ensured.repository.cloneUrl }
}

/** Applies the whole set with these Git credentials; what came of each object, in order. */
async function prime(
  target: TargetRecord,
  git: { username: string; password: string },
): Promise<Applied[]> {
  const values = {
    'git-username': git.username,
    'git-password': git.password,
    'hook-hmac': HOOK_KEY,
    'receiver-token': 'not-a-real-token',
  }
  const outcomes: Applied[] = []
  for (const { yaml } of renderTenantSet(target)) {
    const applied = await cluster.apply(injectCredentials(parseTenantObject(yaml), values), {})
    outcomes.push(applied)
  }
  return outcomes
}

/** Looks until the Kustomization or its source says something else than that it is under way. */
async function settled(
  { namespace, service }: TargetRecord,
  expectedRevision: string,
): Promise<Readiness> {
  for (let tries = 0; tries < 200; tries += 1) {
    const at = { namespace, name: service.slug }
    const source = await cluster.read({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      ...at,
    })
    const object = await cluster.read({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      ...at,
    })
    const read = readKustomization(object, { expectedRevision, source })
    if (!['reconciling', 'unknown', 'behind'].includes(read.status)) return read
    if (readSource(source).status === 'stalled') return readSource(source)
    await pause(50)
  }
  throw new Error('nothing settled')
}

function targetOf(name: string, cloneUrl: string): TargetRecord {
  const { port } = hooks.address() as AddressInfo
  return aTarget({
    service: { slug: name, servesHttp: true },
    namespace: `pay-${name}-prod`,
    repository: { cloneUrl, branch: 'main' },
    hooksUrl: `http://127.0.0.1:${port}`,
  })
}

/** The sandbox has no helm-controller: what it would do is tested on real Flux (helm.cluster.test.ts). */
const BY_KUSTOMIZATION = loadBuiltinTemplates('templates').filter(
  ({ delivery }) => delivery !== 'helm',
)

test.each(BY_KUSTOMIZATION.map(({ name }) => name))(
  'what %s renders is delivered by what we apply, until Ready at the pushed commit',
  async (template) => {
    const name = `svc-${template}`
    const { sha, cloneUrl } = await pushed(template, name, `pay-${name}-prod`)
    const target = targetOf(name, cloneUrl)
    const access = await sources.readAccess({ org: 'payments', name }, `clu_1/${target.namespace}`)
    const first = await prime(target, access)
    expect(new Set(first.map(({ outcome }) => outcome))).toEqual(new Set(['created']))
    expect(await settled(target, sha)).toMatchObject({ status: 'ready', ready: true, commit: sha })
    expect(await prime(target, access)).toEqual(await prime(target, access))
    const deployment = await cluster.read({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: target.namespace,
      name,
    })
    expect(deployment?.metadata.labels).toMatchObject({ environment: 'prod' })
  },
  20_000,
)

test('events come back signed, to the hook of this cluster and tenant', async () => {
  const mine = () => events.filter(({ event }) => event.involvedObject.kind === 'Kustomization')
  for (let tries = 0; tries < 100 && mine().length === 0; tries += 1) {
    await pause(50)
  }
  expect(mine().length).toBeGreaterThan(0)
  for (const { path: hook, signed } of events) {
    expect(signed).toBe(true)
    expect(hook).toBe('/api/hooks/flux/v1/clu_prod-eu-1/ten_payments')
  }
})

test('a refused credential shows on the service as a failing source that is ours to repair', async () => {
  const { sha, cloneUrl } = await pushed('static-site', 'svc-refused', 'pay-svc-refused-prod')
  const target = targetOf('svc-refused', cloneUrl)
  await prime(target, { username: 'reader', password: 'wrong' })
  expect(await settled(target, sha)).toMatchObject({
    status: 'source_failing',
    ready: false,
    trouble: { code: 'source_authentication', whose: 'ours' },
  })
}, 20_000)
