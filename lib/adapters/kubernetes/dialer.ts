import { AdapterError } from '#lib/adapter-error.ts'
import type { ClusterAccess, ClusterDialer } from '#lib/ports/cluster.ts'
import { createCluster } from './cluster.ts'

export type DialerOptions = {
  /** Is this endpoint on the allow-list? */
  allows(url: string): boolean
}

/** Opens clients to API servers; each keeps its own connections, concurrency limit and circuit breaker. */
export function createClusterDialer({ allows }: DialerOptions): ClusterDialer {
  return {
    dial(access: ClusterAccess) {
      if (!allows(access.endpoint)) {
        throw new AdapterError({
          system: 'kubernetes',
          operation: 'dial',
          reason: 'not_allowed',
          retryable: false,
          detail: `${access.endpoint} is not in OUTBOUND_ALLOW`,
        })
      }
      return createCluster(access)
    },
  }
}
