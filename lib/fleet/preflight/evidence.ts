import type { KubernetesObject } from '#lib/kubernetes-object.ts'

/** What a read gave, or why it gave nothing and, where a right lacks, the rule that would give it. */
export type Seen<T> = { seen: true; value: T } | { seen: false; detail: string; rule?: string }

/** A rule of rights, as roles and reviews of own rights write it. */
export type RightRule = {
  apiGroups?: readonly string[]
  resources?: readonly string[]
  resourceNames?: readonly string[]
  verbs: readonly string[]
}

export type OwnRights = {
  rules: readonly RightRule[]
  /** True when the API server says that there may be more than it lists. */
  incomplete: boolean
}

/** All that preflight judges about one cluster, gathered at one time. */
export type ClusterEvidence = {
  kubernetesVersion: string
  /** Both in milliseconds; the server's is its Date header, null when it sent none. */
  clock: { server: number | null; ours: number }
  kinds: Seen<readonly { apiVersion: string; kind: string; served: boolean }[]>
  /** Deployments of Flux in flux-system. */
  controllers: Seen<readonly KubernetesObject[]>
  nodes: Seen<readonly KubernetesObject[]>
  /** Every quota of the cluster, also of those who are not ours. */
  quotas: Seen<readonly KubernetesObject[]>
  tenantRole: Seen<KubernetesObject | null>
  hubRole: Seen<KubernetesObject | null>
  policies: Seen<readonly KubernetesObject[]>
  policyBindings: Seen<readonly KubernetesObject[]>
  /** Whether a namespace with a level that does not exist was refused. */
  podSecurity: Seen<boolean>
  rights: Seen<OwnRights>
}

/** What should stand on the cluster, as this build renders it. */
export type Expected = {
  tenantRole: KubernetesObject
  hubRole: KubernetesObject
  policies: readonly KubernetesObject[]
  policyBindings: readonly KubernetesObject[]
  rights: readonly RightRule[]
}
