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
  /** Requests per second in the long run; bursts of twice as many pass. A sound default where it is not given. */
  requestsPerSecond?: number
  /** How long one request may take; a sound default where it is not given. */
  timeoutMs?: number
}

export type Applied =
  | {
      outcome: 'created' | 'changed' | 'unchanged'
      uid: string
      resourceVersion: string
      /** As it stands now, or, of a dry run, as it would. */
      object: KubernetesObject
    }
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
  /** The server's own clock as it answered, in milliseconds; null where it sent none. */
  serverTime: number | null
}

export type ServedKind = { apiVersion: string; kind: string }

/** Our own rights as the API server counts them for a namespace. */
export type OwnRights = {
  rules: {
    apiGroups?: string[]
    resources?: string[]
    resourceNames?: string[]
    verbs: string[]
  }[]
  incomplete: boolean
}

export type ListQuery = {
  apiVersion: string
  kind: string
  namespace?: string
  labelSelector?: string
}

/** Objects come without their managed fields. */
export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; resourceVersion: string; object: KubernetesObject }
  | { type: 'BOOKMARK'; resourceVersion: string }

/** What happens to a watch beside its events: for counting and for the log. */
export type WatchNews = { what: 'opening' | 'ended' | 'expired' | 'failed'; error?: unknown }

export type WatchOptions = {
  /** Where to go on; without it the watch begins with a list of what stands, as ADDED. */
  resourceVersion?: string
  /** Ends the watch, and its connection. */
  signal: AbortSignal
  told?(news: WatchNews): void
}

export type Cluster = {
  /** Server-side apply with fieldValidation=Strict under our field manager, never forced unless told. With a `resourceVersion` in the object, only onto that state of it. */
  apply(object: KubernetesObject, options: { force?: boolean; dryRun?: boolean }): Promise<Applied>
  read(ref: ObjectRef): Promise<KubernetesObject | null>
  /** Merge-patches a few fields as an act of somebody, apart from what we apply; null takes a field away. */
  patch(ref: ObjectRef, fields: Readonly<Record<string, unknown>>): Promise<'patched' | 'absent'>
  list(query: ListQuery): Promise<KubernetesObject[]>
  /**
   * What changes, for ever: takes itself up again after every end and trouble, with a pause that grows. Where its place is too old it begins with a list
   * again, so the same object may come as ADDED more than once, and a deletion may be missed. Never throws.
   */
  watch(query: ListQuery, options: WatchOptions): AsyncGenerator<WatchEvent>
  /** Deletes under the preconditions of `uid` and `resourceVersion` when given: another object of that name, or a newer state of it, stays. */
  remove(ref: ObjectRef, uid?: string, resourceVersion?: string): Promise<'deleted' | 'absent'>
  observe(): Promise<ClusterFacts>
  /** Whether it serves a kind, by discovery. */
  serves(apiVersion: string, kind: string): Promise<boolean>
  /** Every kind that may stand in a namespace; throws when one part of the API does not answer. */
  namespacedKinds(): Promise<ServedKind[]>
  /** What we may do, in a namespace and on the whole cluster. */
  ownRights(namespace: string): Promise<OwnRights>
}

/** Opens a client; one per cluster is kept with its own limits. Throws AdapterError only. */
export type ClusterDialer = { dial(access: ClusterAccess): Cluster }
