import type { KubernetesObject } from '#lib/kubernetes-object.ts'

export const MANAGERS = { own: 'stairway', acts: 'stairway-actions' }

/** A quota as a plan has it. */
export const QUOTA: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'tenant-quota', namespace: 'pay', labels: { 'a.b/c': 'd' } },
  spec: { hard: { 'requests.cpu': '1000m', pods: '10' } },
}

export const QUOTA_FIELDS = {
  'f:metadata': { 'f:labels': { 'f:a.b/c': {} } },
  'f:spec': { 'f:hard': { 'f:requests.cpu': {}, 'f:pods': {} } },
}

export type Managed = {
  manager: string
  operation?: 'Apply' | 'Update'
  time?: string
  subresource?: string
  fieldsV1: object
}

/** An object as a server holds it, with who manages what. */
export function aLive(
  object: KubernetesObject,
  managed: readonly Managed[],
  differs: Record<string, unknown> = {},
): KubernetesObject {
  const managedFields = managed.map((entry) => ({
    operation: entry.manager === MANAGERS.own ? 'Apply' : 'Update',
    time: '2026-11-25T10:00:00Z',
    ...entry,
  }))
  return {
    ...object,
    ...differs,
    metadata: { ...object.metadata, uid: 'u-1', resourceVersion: '7', managedFields },
  }
}
