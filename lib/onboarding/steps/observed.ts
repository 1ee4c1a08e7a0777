import type { ObservedObject } from '#lib/fleet/store.ts'
import { applierOf } from '#lib/flux/applier.ts'
import type { Inspection } from '#lib/flux/inspection.ts'
import type { Readiness } from '#lib/flux/verdict.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'

type FluxStatus = {
  lastAttemptedRevision?: string
  artifact?: { revision?: string }
}

/** The row we keep of one Flux object as a cluster reported it, with what an inspection left behind, where there was one. */
export function observedOf(
  object: KubernetesObject,
  state: Readiness,
  inspection?: Inspection,
): ObservedObject {
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
    code: state.trouble.code,
    whose: state.trouble.whose,
    nextStep: state.trouble.nextStep,
    ...(inspection ? { inspection } : {}),
    suspended: spec.suspend === true,
    appliedRevision: applierOf(object.kind).revision(object, state),
    attemptedRevision: status.lastAttemptedRevision ?? null,
    sourceRevision: status.artifact?.revision ?? null,
    generation: object.metadata.generation ?? null,
    resourceVersion: object.metadata.resourceVersion ?? null,
  }
}
