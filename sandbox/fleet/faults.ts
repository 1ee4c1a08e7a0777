/** What a simulated cluster can be made to do. */
export const FAULT_KINDS = [
  'unreachable',
  'slow',
  'too_many_requests',
  'server_error',
  'forbidden',
  'source_auth_failed',
  'never_ready',
  'drift',
  'no_watch',
] as const

export type ClusterFault = { kind: (typeof FAULT_KINDS)[number]; milliseconds?: number }

/**
 * Reads `prod-eu-2=unreachable`, `*=slow:500`.
 * @throws Error, in one line, with the kinds or the clusters there are.
 */
export function parseFault(
  text: string,
  clusters: readonly string[],
): { cluster: string; fault: ClusterFault } {
  const match = /^([^=]+)=([^:]+)(?::(\d+))?$/.exec(text)
  if (!match)
    throw new Error(`\`${text}\` is not CLUSTER=KIND or CLUSTER=KIND:MS; ${kindsInWords()}`)
  const [, cluster = '', name, milliseconds] = match
  const kind = FAULT_KINDS.find((each) => each === name)
  if (!kind) throw new Error(`\`${name}\` is no fault of a cluster; ${kindsInWords()}`)
  if (cluster !== '*' && !clusters.includes(cluster))
    throw new Error(
      `there is no cluster \`${cluster}\`; there are ${clusters.slice(0, 12).join(', ')}${clusters.length > 12 ? ` and ${clusters.length - 12} more` : ''}, or * for all`,
    )
  return {
    cluster,
    fault: { kind, ...(milliseconds ? { milliseconds: Number(milliseconds) } : {}) },
  }
}

function kindsInWords(): string {
  return `the kinds are ${FAULT_KINDS.join(', ')}`
}
