/** Severities of a cluster's worst object, as the database keeps them, worst first. */
const BY_WORST = [
  [95, 'unreachable'],
  [90, 'stalled'],
  [80, 'failing'],
  [60, 'unknown'],
  [40, 'behind'],
  [30, 'suspended'],
  [20, 'reconciling'],
  [0, 'ready'],
] as const

export type ClusterState = (typeof BY_WORST)[number][1] | 'joining'

/** Every state that a cluster can be in, in order of urgency. */
export const CLUSTER_STATES: readonly ClusterState[] = [
  ...BY_WORST.slice(0, -1).map(([, state]) => state),
  'joining',
  'ready',
]

/** Worst of what is known of a cluster, as one state; `joining` until it was looked at. */
export function clusterState({
  worst,
  looked,
}: {
  worst: number | null
  looked: boolean
}): ClusterState {
  if (!looked) return 'joining'
  return BY_WORST.find(([severity]) => (worst ?? 0) >= severity)?.[1] ?? 'ready'
}

/** The severities that read as a state: from the first up to, not with, the second. */
export function severitiesOf(state: string): { from: number; below: number } | undefined {
  const at = BY_WORST.findIndex(([, name]) => name === state)
  const own = BY_WORST[at]
  return own && { from: own[0], below: BY_WORST[at - 1]?.[0] ?? 100 }
}
