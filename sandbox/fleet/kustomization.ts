import { type Kind, kindOf } from './kinds.ts'
import type { KubeObject } from './object.ts'

export const KUSTOMIZATION = kindOf('kustomize.toolkit.fluxcd.io/v1', 'Kustomization') as Kind

export const FINALIZER = 'finalizers.fluxcd.io'

export type KustomizationSpec = {
  path?: string
  interval?: string
  retryInterval?: string
  timeout?: string
  prune?: boolean
  wait?: boolean
  suspend?: boolean
  deletionPolicy?: string
  serviceAccountName?: string
  targetNamespace?: string
  sourceRef: { kind: string; name: string; namespace?: string }
  postBuild?: {
    substituteFrom?: { kind: string; name: string }[]
    substitute?: Record<string, string>
  }
}

export type Entry = { id: string; v: string }

export const MANAGER = 'kustomize-controller'

export function inventoryOf(object: KubeObject): Entry[] {
  return (object.status?.inventory as { entries?: Entry[] } | undefined)?.entries ?? []
}
