import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AdapterError } from '#lib/adapter-error.ts'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { aTarget } from '#lib/flux/cases/a-target.ts'
import { NAMES } from '#lib/flux/names.ts'
import { parseTenantObject, renderTenantSet } from '#lib/flux/tenant-set.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster, ClusterAccess, ObjectRef } from '#lib/ports/cluster.ts'
import type { RealCluster } from '../real-cluster.ts'

/** One API server to try the port on, real or simulated. */
export type Ground = Pick<RealCluster, 'access' | 'hub' | 'admin'> & {
  /** May get, list and watch everything and write nothing. */
  reader: Cluster
}
/** Gives the ground once it stands; cases are registered before that. */
export type OnGround = () => Ground

/** Opens another client with other facts. */
export function dialed(access: ClusterAccess, changes: Partial<ClusterAccess> = {}): Cluster {
  return createClusterDialer({ allows: () => true }).dial({ ...access, ...changes })
}

/** Kinds of Flux as the cases name them. */
export const FLUX_KINDS = {
  source: { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  kustomization: { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
} as const

export type Home = {
  namespace: string
  /** A ConfigMap of the namespace. */
  map(
    name: string,
    data: Record<string, string>,
    metadata?: Partial<KubernetesObject['metadata']>,
  ): KubernetesObject
  /** Any namespaced object of the namespace. */
  object(apiVersion: string, kind: string, name: string, rest?: object): KubernetesObject
  at(apiVersion: string, kind: string, name: string): ObjectRef
}

/** A tenant namespace that the hub made, with its rights in force. */
export async function homeOn({ hub }: Ground, purpose: string): Promise<Home> {
  const slug = `${purpose}-${randomBytes(3).toString('hex')}`
  const namespace = `pay-${slug}-prod`
  const target = aTarget({ service: { slug, servesHttp: false }, namespace })
  const set = renderTenantSet(target).map(({ yaml }) => parseTenantObject(yaml))
  for (const object of set)
    if (object.kind === 'Namespace' || object.metadata.name === NAMES.hubBinding)
      if (object.kind === 'Namespace' || object.kind === 'RoleBinding') await hub.apply(object, {})
  const object: Home['object'] = (apiVersion, kind, name, rest = {}) => ({
    apiVersion,
    kind,
    metadata: { name, namespace },
    ...rest,
  })
  const probe = object('v1', 'ConfigMap', 'probe', { data: {} })
  // a binding acts a moment after it is written
  await until('the hub may write in its namespace', async () => {
    const said = await refusalOf(hub.apply(probe, { dryRun: true }))
    return said === null
  })
  return {
    namespace,
    object,
    map: (name, data, metadata = {}) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, name, namespace },
      data,
    }),
    at: (apiVersion, kind, name) => ({ apiVersion, kind, namespace, name }),
  }
}

/** What a call was refused with, or null when it was let through. */
export async function refusalOf(call: Promise<unknown>): Promise<AdapterError | null> {
  try {
    await call
    return null
  } catch (error) {
    if (error instanceof AdapterError) return error
    throw error
  }
}

/** Looks until it is so. Throws when it is not within half a minute. */
export async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await look()) return
    await pause(100)
  }
  throw new Error(`not within half a minute: ${what}`)
}
