import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { AdapterError } from '#lib/adapter-error.ts'
import { aTarget } from '#lib/flux/cases/a-target.ts'
import { FluxEvent } from '#lib/flux/event.ts'
import { type Inspection, inspect, withFindings } from '#lib/flux/inspection.ts'
import { commitOf, readKustomization } from '#lib/flux/readiness.ts'
import { seenOf } from '#lib/flux/status.ts'
import type { TargetRecord } from '#lib/flux/target.ts'
import { injectCredentials, parseTenantObject, renderTenantSet } from '#lib/flux/tenant-set.ts'
import type { Readiness } from '#lib/flux/verdict.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { readManifests } from '#lib/onboarding/read-manifests.ts'
import type { Hands } from './real-cluster.ts'
import { testSourceHost } from './source-host.ts'

const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

export type RealService = {
  target: TargetRecord
  name: string
  /** Commit that was pushed last. */
  head: string
  /** What the last look found to run. */
  promised: string[]
}

type Settled = { object: KubernetesObject; verdict: Readiness }
type Looked = { verdict: Readiness; found: Omit<Inspection, 'version'> }

/** Services on a real cluster with real Flux, delivered from the sandbox's Git host, placed and looked at with exactly the hub's rights. */
export async function realServices(real: Hands, common: Record<string, string>) {
  const git = await testSourceHost()
  const { events, hooksUrl, ...hooks } = await eventServer()

  /** Repository and first commit; nothing is on the cluster yet. */
  async function made(name: string, files: Record<string, string> = {}): Promise<RealService> {
    const spec = { org: 'payments', name, description: '', marker: `m-${name}` }
    const ensured = await git.source.ensureRepository(spec)
    if (ensured.outcome === 'taken') throw new Error('the name is taken')
    const target = aTarget({
      service: { slug: name, servesHttp: true },
      namespace: `pay-${name}-prod`,
      repository: { cloneUrl: ensured.repository.cloneUrl, branch: 'main' },
      hooksUrl,
    })
    const head = await git.headOf(`/repos/payments/${name}`)
    return pushed({ target, name, head, promised: [] }, files)
  }

  async function pushed(service: RealService, changes: Record<string, string>) {
    const commit = { parents: [service.head], files: { ...common, ...changes } }
    return { ...service, head: await git.commitOn(`/repos/payments/${service.name}`, commit) }
  }

  /** What a cluster reads a service's repository with. */
  const readAccess = ({ name, target }: RealService) =>
    git.source.readAccess({ org: 'payments', name }, `clu/${target.namespace}`)
  const primed = async (it: RealService) => prime(real, it.target, await readAccess(it))

  /** What a look finds behind a Kustomization. */
  async function looked(service: RealService, object: KubernetesObject): Promise<Looked> {
    const { namespace } = service.target
    const [maps, deployments] = await Promise.all([
      real.hub.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace }),
      real.hub.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace }),
    ])
    const files = await readManifests(git.source, {
      repository: { org: 'payments', name: service.name },
      commit: service.head,
      folder: './deploy/overlays/prod',
    })
    const found = inspect({
      kustomization: object,
      before: { promised: service.promised },
      objects: [...maps, ...deployments],
      files: Array.isArray(files) ? files : null,
    })
    return { verdict: withFindings(readKustomization(object), found.findings), found }
  }

  return {
    events,
    made,
    pushed,
    primed,
    looked,
    readAccess,
    /** A service that runs, so that what follows is known to come of the push. */
    async begun(name: string): Promise<RealService> {
      const service = await made(name)
      await primed(service)
      const { object } = await settled(real, service, atHead(service))
      const { verdict, found } = await looked(service, object)
      if (verdict.status !== 'ready') throw new Error(JSON.stringify(verdict))
      return { ...service, promised: found.promised }
    },
    /** A look after a push, once Flux says Ready at it. */
    async after(
      service: RealService,
      changes: Record<string, string>,
    ): Promise<Looked & { service: RealService }> {
      const next = await pushed(service, changes)
      await ask(real, next, 'GitRepository')
      const { object } = await settled(real, next, atHead(next))
      return { ...(await looked(next, object)), service: next }
    },
    async close(): Promise<void> {
      hooks.close()
      await git.host.close()
    },
  }
}

/** Takes what notification-controller sends. */
async function eventServer() {
  const events: FluxEvent[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    events.push(FluxEvent.parse(JSON.parse(Buffer.concat(chunks).toString())))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    events,
    hooksUrl: `http://127.0.0.1:${port}`,
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Applies the whole set as the product does; the hub's rights in a namespace that it just made may take a moment. */
async function prime(
  real: Hands,
  target: TargetRecord,
  git: { username: string; password: string },
): Promise<void> {
  const values = {
    'git-username': git.username,
    'git-password': git.password,
    'hook-hmac': 'k'.repeat(32),
    'receiver-token': 'r'.repeat(32),
  }
  for (const { yaml } of renderTenantSet(target)) {
    const object = injectCredentials(parseTenantObject(yaml), values)
    for (let tries = 0; ; tries += 1) {
      const applied = await real.hub.apply(object, {}).catch((error: AdapterError) => error)
      if (!(applied instanceof Error)) break
      if (applied.reason !== 'forbidden' || tries > 40) throw applied
      await pause(100)
    }
  }
}

/** The Kustomization of a service as the hub reads it. */
export function kustomizationOf(
  real: Hands,
  { target, name }: RealService,
): Promise<KubernetesObject | null> {
  const { namespace } = target
  const apiVersion = 'kustomize.toolkit.fluxcd.io/v1'
  return real.hub.read({ apiVersion, kind: 'Kustomization', namespace, name })
}

/** Asks Flux for a reconcile at once. */
export async function ask(
  real: Hands,
  { target, name }: RealService,
  kind: 'GitRepository' | 'Kustomization',
): Promise<void> {
  const group = kind === 'GitRepository' ? 'source' : 'kustomize'
  const annotations = { [REQUESTED_AT]: String(Date.now()) }
  await real.admin.apply({
    apiVersion: `${group}.toolkit.fluxcd.io/v1`,
    kind,
    metadata: { name, namespace: target.namespace, annotations },
  })
}

/** Waits until a Kustomization is as it should be. */
export async function settled(
  real: Hands,
  service: RealService,
  is: (verdict: Readiness, object: KubernetesObject) => boolean,
): Promise<Settled> {
  for (let tries = 0; tries < 300; tries += 1) {
    const object = await kustomizationOf(real, service)
    const verdict = readKustomization(object, { now: new Date() })
    if (object && is(verdict, object)) return { object, verdict }
    await pause(200)
  }
  throw new Error(JSON.stringify((await kustomizationOf(real, service))?.status))
}

/** Flux says Ready at the newest commit. */
export const atHead = (service: RealService) => (verdict: Readiness, object: KubernetesObject) =>
  commitOf(seenOf(object).appliedRevision) === service.head &&
  ['ready', 'ready_but'].includes(verdict.status)
