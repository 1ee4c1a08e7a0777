import type { ObservedObject } from '#lib/fleet/store.ts'
import type { Readiness } from '#lib/flux/readiness.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'

type FluxStatus = {
  lastAppliedRevision?: string
  lastAttemptedRevision?: string
  artifact?: { revision?: string }
}

/** The row we keep of one Flux object as a cluster reported it. */
export function observedOf(object: KubernetesObject, state: Readiness): ObservedObject {
  const status = (object.status ?? {}) as FluxStatus
  const spec = (object.spec ?? {}) as { suspend?: boolean }
  return {
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: object.metadata.uid ?? null,
    status: state.status,
    reason: state.reason,
    message: state.trouble.detail,
    suspended: spec.suspend === true,
    appliedRevision: status.lastAppliedRevision ?? null,
    attemptedRevision: status.lastAttemptedRevision ?? null,
    sourceRevision: status.artifact?.revision ?? null,
    generation: object.metadata.generation ?? null,
    resourceVersion: object.metadata.resourceVersion ?? null,
  }
}
