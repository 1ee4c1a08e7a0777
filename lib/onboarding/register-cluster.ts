import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import { clusterAt } from '#lib/fleet/retirement-store.ts'
import {
  environmentNames,
  insertCluster,
  lockCluster,
  replaceClusterSecret,
  setClusterState,
} from '#lib/fleet/store.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type {
  ClusterRef,
  RegisterCluster,
  ReplaceCredentials,
  SetDraining,
} from './register-cluster.schema.ts'
import { unfitCertificate } from './unfit-certificate.ts'

export type RegisterClusterError =
  | { code: 'cluster_name_taken'; name: string }
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | { code: 'endpoint_taken'; name: string }
  | { code: 'certificate_unreadable' }
  | { code: 'certificate_expired'; until: string }
  | { code: 'environment_unknown'; environment: string }
  | { code: 'cluster_not_found' }
  | { code: 'kubeconfig_of_another'; endpoint: string; registered: string }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/** Registers a cluster and looks at it at once. The token is sealed before it is stored; nobody but the worker can open it. */
export async function registerCluster(
  platform: Platform,
  viewer: Viewer,
  input: RegisterCluster,
): Promise<Result<{ clusterId: string; name: string }, RegisterClusterError>> {
  if (!platform.allowsOutbound(input.endpoint))
    return err({ code: 'endpoint_not_allowed', endpoint: input.endpoint })
  const unfit = unfitCertificate(input.caPem)
  if (unfit) return err(unfit)
  const clusterId = newId('clu')
  const secret = { id: newId('sec'), purpose: `cluster-token:${input.name}` }
  const sealed = platform.sealer.seal(input.token, { tenant: PLATFORM_TENANT, ...secret })
  const { token: _sealed, ingressNamespace, ...facts } = input
  const work = async (
    tx: Transaction,
  ): Promise<Result<{ clusterId: string; name: string }, RegisterClusterError>> => {
    const known = await environmentNames(tx)
    const unknown = input.environments.find((environment) => !known.includes(environment))
    if (unknown) return err({ code: 'environment_unknown', environment: unknown })
    const taken = await clusterAt(tx, input.endpoint)
    if (taken) return err({ code: 'endpoint_taken', name: taken })
    await insertCluster(tx, PLATFORM_TENANT, {
      ...facts,
      id: clusterId,
      ingressNamespace: ingressNamespace || null,
      maxInFlight: 4,
      secret: { ...secret, sealed, keyId: platform.sealer.keyId },
    })
    await look(platform, tx, clusterId)
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'cluster.registered',
      subject: clusterId,
      payload: { name: input.name, endpoint: input.endpoint, environments: input.environments },
    })
    return ok({ clusterId, name: input.name })
  }
  try {
    return await platform.transact(viewer, { reason: 'cluster registered', ...AS_ADMIN }, work)
  } catch (error) {
    if (sqlState(error) === '23505') return err({ code: 'cluster_name_taken', name: input.name })
    throw error
  }
}

/** Puts a new token, and a new certificate when given, in the place of the old, and looks at the cluster with them. Those of another address are refused. */
export async function replaceCredentials(
  platform: Platform,
  viewer: Viewer,
  { clusterId, token, caPem, endpoint }: ReplaceCredentials & { endpoint?: string },
): Promise<Result<{ clusterId: string }, RegisterClusterError>> {
  const unfit = caPem ? unfitCertificate(caPem) : undefined
  if (unfit) return err(unfit)
  return platform.transact(
    viewer,
    { reason: 'cluster credentials replaced', ...AS_ADMIN },
    async (tx): Promise<Result<{ clusterId: string }, RegisterClusterError>> => {
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      const registered = cluster.endpoint
      if (endpoint && endpoint !== registered)
        return err({ code: 'kubeconfig_of_another', endpoint, registered })
      const secret = { id: newId('sec'), purpose: `cluster-token:${cluster.name}` }
      const sealed = platform.sealer.seal(token, { tenant: PLATFORM_TENANT, ...secret })
      await replaceClusterSecret(tx, clusterId, {
        tenantId: PLATFORM_TENANT,
        ...secret,
        sealed,
        keyId: platform.sealer.keyId,
        caPem: caPem || null,
      })
      await look(platform, tx, clusterId)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'cluster.credentials_replaced',
        subject: clusterId,
        payload: { name: cluster.name, certificate: caPem !== '' },
      })
      return ok({ clusterId })
    },
  )
}

/** Takes a cluster out of the choice for new services, or puts it back. A repeat changes nothing. */
export async function setDraining(
  platform: Platform,
  viewer: Viewer,
  { clusterId, draining, reason }: SetDraining,
): Promise<Result<{ state: string }, RegisterClusterError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ state: string }, RegisterClusterError>> => {
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      const state = draining ? 'draining' : 'active'
      if (cluster.state === state) return ok({ state })
      await setClusterState(tx, clusterId, state)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: draining ? 'cluster.drained' : 'cluster.reopened',
        subject: clusterId,
        payload: { name: cluster.name, reason },
      })
      return ok({ state })
    },
  )
}

/** Asks the worker to look at a cluster now. */
export async function lookAtCluster(
  platform: Platform,
  viewer: Viewer,
  { clusterId }: ClusterRef,
): Promise<Result<{ asked: true }, RegisterClusterError>> {
  return platform.transact(
    viewer,
    { reason: 'cluster looked at', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, RegisterClusterError>> => {
      const cluster = await lockCluster(tx, clusterId)
      if (!cluster) return err({ code: 'cluster_not_found' })
      await look(platform, tx, clusterId)
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'cluster.looked_at',
        subject: clusterId,
        payload: { name: cluster.name },
      })
      return ok({ asked: true })
    },
  )
}

async function look(platform: Platform, tx: Transaction, clusterId: string): Promise<void> {
  const key = `${clusterId}:asked`
  await platform.queue.enqueue(tx, 'cluster.observe', { clusterId, asked: true }, { key })
  await platform.queue.enqueue(tx, 'cluster.sweep', { clusterId }, { key })
}
