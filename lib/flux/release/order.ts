import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { NAMES } from '../names.ts'
import { mapOf, textOf } from '../status.ts'

/** What becomes of what Flux applied: deleted with the Kustomization or HelmRelease, or left running for whoever takes it over. */
export const WORKLOADS = ['prune', 'orphan'] as const
export type Workloads = (typeof WORKLOADS)[number]

/** Stages in which a target is let go of, in this order: one ends before the next begins. */
export const STAGES = [
  'receiver',
  'appliers',
  'sources',
  'feedback',
  'secrets',
  'access',
  'guards',
  'hub',
  'namespace',
] as const
export type Stage = (typeof STAGES)[number]

const STAGE_OF_KIND: Readonly<Record<string, Stage>> = {
  Receiver: 'receiver',
  Kustomization: 'appliers',
  HelmRelease: 'appliers',
  GitRepository: 'sources',
  OCIRepository: 'sources',
  Bucket: 'sources',
  HelmRepository: 'sources',
  Alert: 'feedback',
  Provider: 'feedback',
  Secret: 'secrets',
  ConfigMap: 'secrets',
  RoleBinding: 'access',
  ServiceAccount: 'access',
  NetworkPolicy: 'guards',
  ResourceQuota: 'guards',
  LimitRange: 'guards',
  Namespace: 'namespace',
}

type Named = { kind: string; name: string }

/** The stage in which an object of a tenant set goes. Our own rights in the namespace go last but one: all before needs them. */
export function stageOf({ kind, name }: Named): Stage {
  if (kind === 'RoleBinding' && name === NAMES.hubBinding) return 'hub'
  const stage = STAGE_OF_KIND[kind]
  if (!stage) throw new Error(`kind ${kind} has no place in the order of release`)
  return stage
}

/** Whether an object is deleted. Where workloads are left running, what guards them stays, and the namespace that they are in. */
export function isRemoved(object: Named, workloads: Workloads): boolean {
  if (workloads === 'prune') return true
  return !['guards', 'namespace'].includes(stageOf(object))
}

/** In the order of deletion: by stage; within one, what was applied last goes first. */
export function inReleaseOrder<T extends Named & { ordinal: number }>(objects: readonly T[]): T[] {
  const place = (object: T) => STAGES.indexOf(stageOf(object))
  return [...objects].sort(
    (one, other) => place(one) - place(other) || other.ordinal - one.ordinal || byName(one, other),
  )
}

function byName(one: Named, other: Named): number {
  const [a, b] = [`${one.kind}/${one.name}`, `${other.kind}/${other.name}`]
  return a < b ? -1 : a > b ? 1 : 0
}

export type Ending =
  | { deletionPolicy: 'WaitForTermination' | 'Delete' | 'Orphan' }
  | { prune: boolean }
  | { suspend: boolean }

/**
 * What Flux is told before its Kustomization is deleted, in the words that the Flux of that cluster knew when we rendered it: `Orphan` lets go of
 * everything, else it deletes, and waits where it can. Before Flux 2.5 only `prune` decides. A HelmRelease that is suspended when it goes is not uninstalled.
 */
export function endingOf(workloads: Workloads, { kind, spec }: KubernetesObject): Ending {
  if (kind === 'HelmRelease') return { suspend: workloads === 'orphan' }
  const policy = textOf(mapOf(spec).deletionPolicy)
  if (!policy) return { prune: workloads === 'prune' }
  if (workloads === 'orphan') return { deletionPolicy: 'Orphan' }
  return { deletionPolicy: policy === 'Delete' ? 'Delete' : 'WaitForTermination' }
}
