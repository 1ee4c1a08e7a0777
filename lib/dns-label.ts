/** Longest name of a Kubernetes namespace. */
export const NAMESPACE_MAX = 63

const RESERVED = new Set([
  'new',
  'import',
  'default',
  'flux-system',
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'stairway-system',
  'stairway',
  'api',
  'settings',
])

/** `<tenant prefix>-<service>-<environment>`: one service instance per namespace. */
export function namespaceName(prefix: string, service: string, environment: string): string {
  return `${prefix}-${service}-${environment}`
}

/** RFC 1123 label: 1 to 63 of a-z, 0-9 and hyphen, no hyphen at either end. */
export function isDnsLabel(text: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
}

/** Names that would collide with the platform's own or with a page. */
export function isReservedName(text: string): boolean {
  return RESERVED.has(text) || text.startsWith('kube-')
}

/** Characters that are left for a service's name in the longest of these environments' namespaces. */
export function nameBudget(prefix: string, environments: readonly string[]): number {
  const longest = Math.max(0, ...environments.map((environment) => environment.length))
  return NAMESPACE_MAX - prefix.length - longest - 2
}
