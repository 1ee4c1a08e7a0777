import { CoreV1Api, KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node'
import { inject } from 'vitest'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { renderBaseline, renderHubRights } from '#lib/flux/baseline/render-baseline.ts'
import { NAMES } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ClusterAccess } from '#lib/ports/cluster.ts'

/** A refusal as an API server words it. */
export type Refused = { status: number; message: string }

export type RealCluster = {
  /** How the product reaches it: the hub's own service account, with exactly the rights of the manifest. */
  access: ClusterAccess
  hub: Cluster
  /** The administrator: applies under a field manager, reads, removes. */
  admin: {
    apply(object: KubernetesObject, manager?: string): Promise<KubernetesObject>
    /** Merges fields into an object, as a person does with an editor. */
    edit(object: KubernetesObject, fields: object, manager: string): Promise<void>
    read(object: KubernetesObject): Promise<KubernetesObject | null>
    remove(object: KubernetesObject): Promise<void>
    /** A dry run: what would be refused, or null. */
    tries(object: KubernetesObject): Promise<Refused | null>
  }
  /** Applies as a service account of the cluster; answers the refusal, or null when it was let through. */
  applyAs(
    account: { namespace: string; name: string },
    object: KubernetesObject,
  ): Promise<Refused | null>
  /** A client of the product's adapter as a service account. */
  dialAs(account: { namespace: string; name: string }): Promise<Cluster>
}

/** Whom a test acts through. */
export type Hands = Pick<RealCluster, 'hub' | 'admin'>

/** A real cluster with the hub's rights and the baseline as Stairway renders them. */
export async function realCluster(place = 0): Promise<RealCluster> {
  const file = inject('kubeconfigs')[place]
  if (!file) throw new Error(`no kubeconfig number ${place}`)
  const config = new KubeConfig()
  config.loadFromFile(file)
  const objects = KubernetesObjectApi.makeApiClient(config)
  const admin = adminOf(objects)
  for (const object of [...renderHubRights().objects, ...renderBaseline().objects])
    await admin.apply(object, 'administrator')
  const accessAs = async (account: { namespace: string; name: string }): Promise<ClusterAccess> => {
    const server = config.getCurrentCluster()
    const core = config.makeApiClient(CoreV1Api)
    const { status } = await core.createNamespacedServiceAccountToken({
      ...account,
      body: { spec: { audiences: [], expirationSeconds: 3600 } },
    })
    return {
      id: `clu_${place}`,
      name: `real-${place}`,
      endpoint: server?.server ?? '',
      caPem: Buffer.from(server?.caData ?? '', 'base64').toString(),
      token: status?.token ?? '',
      maxInFlight: 4,
    }
  }
  const dialer = createClusterDialer({ allows: () => true })
  const access = await accessAs({ namespace: NAMES.hubNamespace, name: NAMES.hubServiceAccount })
  const cluster = {
    access,
    hub: dialer.dial(access),
    admin,
    dialAs: async (account: { namespace: string; name: string }) =>
      dialer.dial(await accessAs(account)),
    async applyAs(account: { namespace: string; name: string }, object: KubernetesObject) {
      const { token } = await accessAs(account)
      return refusalOf(objectsAs(config, token), object)
    },
  }
  await policiesAct(cluster.hub)
  return cluster
}

/** Policies act a moment after they are written: a forbidden dry run tells when. */
async function policiesAct(hub: Cluster): Promise<void> {
  const foreign = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'not-a-tenants' } }
  for (let tries = 0; tries < 100; tries += 1) {
    const acts = await hub.apply(foreign, { dryRun: true }).then(
      () => false,
      () => true,
    )
    if (acts) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the fence does not act')
}

/** A hand on a simulated cluster that is not the hub's, though it comes with its token. */
export function handOn(cluster: {
  endpoint: string
  caPem: string
  token: string
}): RealCluster['admin'] {
  const config = new KubeConfig()
  const caData = Buffer.from(cluster.caPem).toString('base64')
  config.loadFromClusterAndUser(
    { name: 'sandbox', server: cluster.endpoint, caData, skipTLSVerify: false },
    { name: 'somebody', token: cluster.token },
  )
  return adminOf(KubernetesObjectApi.makeApiClient(config))
}

function adminOf(objects: KubernetesObjectApi): RealCluster['admin'] {
  return {
    async apply(object, manager = 'somebody') {
      const { ServerSideApply } = PatchStrategy
      const body = plain(object)
      return own(await objects.patch(body, undefined, undefined, manager, true, ServerSideApply))
    },
    async edit({ apiVersion, kind, metadata }, fields, manager) {
      const { metadata: also, ...rest } = fields as { metadata?: object }
      const where = { name: metadata.name, ...place({ apiVersion, kind, metadata }) }
      const body = plain({ apiVersion, kind, ...rest, metadata: { ...also, ...where } })
      await objects.patch(body, undefined, undefined, manager, undefined, PatchStrategy.MergePatch)
    },
    read: (object) =>
      objects
        .read({ ...plain(object), metadata: { name: object.metadata.name, ...place(object) } })
        .then(own)
        .catch((error: unknown) => {
          if ((error as { code?: number }).code === 404) return null
          throw error
        }),
    async remove(object) {
      await objects.delete(plain(object))
    },
    tries: (object) => refusalOf(objects, object),
  }
}

function objectsAs(config: KubeConfig, token: string): KubernetesObjectApi {
  const as = new KubeConfig()
  const server = config.getCurrentCluster()
  if (!server) throw new Error('the kubeconfig names no cluster')
  as.loadFromClusterAndUser(server, { name: 'as', token })
  return KubernetesObjectApi.makeApiClient(as)
}

async function refusalOf(
  objects: KubernetesObjectApi,
  object: KubernetesObject,
): Promise<Refused | null> {
  try {
    await objects.patch(
      plain(object),
      undefined,
      'All',
      'somebody',
      true,
      PatchStrategy.ServerSideApply,
    )
    return null
  } catch (error) {
    const { code = 0, body = '' } = error as { code?: number; body?: string }
    const said = JSON.parse(String(body)) as { message?: string }
    return { status: code, message: said.message ?? '' }
  }
}

type Plain = Parameters<KubernetesObjectApi['delete']>[0]

/** The client's type of an object has Dates where JSON has texts. */
function plain(object: KubernetesObject): Plain & { metadata: { name: string } } {
  return object as unknown as Plain & { metadata: { name: string } }
}

function own(object: unknown): KubernetesObject {
  return object as KubernetesObject
}

function place({ metadata }: KubernetesObject): { namespace?: string } {
  return metadata.namespace ? { namespace: metadata.namespace } : {}
}
