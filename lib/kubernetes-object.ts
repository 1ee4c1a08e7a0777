/** A Kubernetes object as JSON. */
export type KubernetesObject = {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    uid?: string
    resourceVersion?: string
    generation?: number
    deletionTimestamp?: string
    [key: string]: unknown
  }
  [key: string]: unknown
}
