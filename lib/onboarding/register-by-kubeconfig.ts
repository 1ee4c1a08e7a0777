import { type KubeconfigRefusal, readKubeconfig } from '#lib/fleet/kubeconfig.ts'
import type { Result } from '#lib/result.ts'
import { err } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { RegisterByKubeconfig, ReplaceByKubeconfig } from './register-cluster.schema.ts'
import {
  type RegisterClusterError,
  registerCluster,
  replaceCredentials,
} from './register-cluster.ts'

export type ByKubeconfigError = RegisterClusterError | KubeconfigRefusal

/** Registers the cluster of a kubeconfig: what is read from it goes the way of what is typed. The file itself is kept nowhere. */
export async function registerByKubeconfig(
  platform: Platform,
  viewer: Viewer,
  { kubeconfig, context, ...facts }: RegisterByKubeconfig,
): Promise<Result<{ clusterId: string; name: string }, ByKubeconfigError>> {
  const access = readKubeconfig(kubeconfig, context)
  if (!access.ok) return err(access.error)
  return registerCluster(platform, viewer, { ...facts, ...access.value })
}

/** Takes token and certificate of a kubeconfig in the place of the old. One that leads to another address is refused: it is another cluster's. */
export async function replaceByKubeconfig(
  platform: Platform,
  viewer: Viewer,
  { clusterId, kubeconfig }: ReplaceByKubeconfig,
): Promise<Result<{ clusterId: string }, ByKubeconfigError>> {
  const access = readKubeconfig(kubeconfig)
  if (!access.ok) return err(access.error)
  return replaceCredentials(platform, viewer, { clusterId, ...access.value })
}
