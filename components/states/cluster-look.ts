import { type ClusterState, clusterState } from '#lib/fleet/cluster-state.ts'
import { type Look, lookOf } from './look.ts'

/** How a state of a cluster is shown. */
export function lookOfCluster(state: ClusterState): Look {
  if (state === 'unreachable') return { word: 'Unreachable', tone: 'bad', shape: 'unknown' }
  if (state === 'joining') return { word: 'Being looked at', tone: 'busy', shape: 'running' }
  return lookOf('flux', state)
}

/** How a cluster is shown: by the worst of what is known of it. */
export function clusterLook(observed: { worst: number | null; looked: boolean }): Look {
  return lookOfCluster(clusterState(observed))
}
