import type { KubernetesObject } from '#lib/kubernetes-object.ts'

export type ObjectRef = { apiVersion: string; kind: string; namespace?: string; name: string }

/** How to reach one API server. The worker alone holds these in the clear. TLS is always verified against `caPem`. */
export type ClusterAccess = {
  id: string
  name: string
  endpoint: string
  caPem: string
  token: string
  maxInFlight: number
}

export type Applied =
  | { outcome: 'created' | 'changed' | 'unchanged'; uid: string; resourceVersion: string }
  /** 409 of server-side apply: other managers own these fields. Nothing was written. */
  | { outcome: 'conflict'; owners: { manager: string; fields: string[] }[]; message: string }

/** What the API server is: read at registration and by health probes. */
export type ClusterFacts = {
  kubernetesVersion: string
  /** uid of the namespace kube-system: another uid under one name is a rebuilt cluster. */
  uid: string
  /** Served `group/version` of the Flux APIs and core. */
  served: string[]
  /** What the controllers in flux-system are labelled with; null where they are absent or may not be read. */
  fluxVersion: string | null
}

export type Cluster = {
  /** Server-side apply with fieldValidation=Strict under our field manager, never forced unless told. */
  apply(object: KubernetesObject, options: { force?: boolean; dryRun?: boolean }): Promise<Applied>
  read(ref: ObjectRef): Promise<KubernetesObject | null>
  list(query: {
    apiVersion: string
    kind: string
    namespace?: string
    labelSelector?: string
  }): Promise<KubernetesObject[]>
  /** Deletes under the precondition of `uid` when given. */
  remove(ref: ObjectRef, uid?: string): Promise<'deleted' | 'absent'>
  observe(): Promise<ClusterFacts>
}

/** Opens a client; one per cluster is kept with its own limits. Throws AdapterError only. */
export type ClusterDialer = { dial(access: ClusterAccess): Cluster }
