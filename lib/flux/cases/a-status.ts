import type { KubernetesObject } from '#lib/kubernetes-object.ts'

type Condition = [
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message?: string,
]

/** Commit of the fixtures. */
export const COMMIT = '4f2a'.repeat(10)

/** A Flux object in the shape in which a cluster reports it; `conditions` as tuples, `changes` over the rest. */
export function aFluxObject(
  kind: 'GitRepository' | 'Kustomization',
  conditions: readonly Condition[],
  changes: { metadata?: object; spec?: object; status?: object } = {},
): KubernetesObject {
  const group = kind === 'GitRepository' ? 'source' : 'kustomize'
  return {
    apiVersion: `${group}.toolkit.fluxcd.io/v1`,
    kind,
    metadata: {
      name: 'ledger-api',
      namespace: 'pay-ledger-api-dev',
      generation: 1,
      creationTimestamp: '2026-11-24T10:00:00Z',
      ...changes.metadata,
    },
    spec: { interval: '10m', ...changes.spec },
    status: {
      observedGeneration: 1,
      conditions: conditions.map(([type, status, reason, message = '']) => ({
        type,
        status,
        reason,
        message,
        lastTransitionTime: '2026-11-24T10:00:01Z',
        observedGeneration: 1,
      })),
      ...changes.status,
    },
  }
}

/** A Kustomization that is Ready at `commit` with one object applied. */
export function aReadyKustomization(
  commit = COMMIT,
  changes: Parameters<typeof aFluxObject>[2] = {},
): KubernetesObject {
  return aFluxObject('Kustomization', [['Ready', 'True', 'ReconciliationSucceeded', 'Applied']], {
    ...changes,
    status: {
      lastAppliedRevision: `main@sha1:${commit}`,
      inventory: { entries: [{ id: 'pay-ledger-api-dev_ledger-api_apps_Deployment', v: 'v1' }] },
      ...changes.status,
    },
  })
}

/** A GitRepository with the artifact of `commit` in storage. */
export function aReadySource(commit = COMMIT): KubernetesObject {
  return aFluxObject('GitRepository', [['Ready', 'True', 'Succeeded']], {
    status: { artifact: { revision: `main@sha1:${commit}` } },
  })
}
