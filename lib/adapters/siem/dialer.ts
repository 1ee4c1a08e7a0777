import { AdapterError } from '#lib/adapter-error.ts'
import type { ReceiverAccess, ReceiverDialer } from '#lib/ports/audit-receiver.ts'
import { createHttpReceiver } from './http-receiver.ts'
import { createSyslogReceiver } from './syslog-receiver.ts'

export type ReceiverOptions = {
  /** Is this endpoint on the allow-list? */
  allows(url: string): boolean
  /** How long one batch may take, connecting included. */
  timeoutMs?: number
}

const TIMEOUT_MS = 20_000

/** Opens receivers of audit records; TLS is always verified. */
export function createReceiverDialer({
  allows,
  timeoutMs = TIMEOUT_MS,
}: ReceiverOptions): ReceiverDialer {
  return {
    dial(access: ReceiverAccess) {
      if (!allows(access.endpoint))
        throw new AdapterError({
          system: 'siem',
          operation: 'dial',
          reason: 'not_allowed',
          retryable: false,
          detail: `${access.endpoint} is not in OUTBOUND_ALLOW`,
        })
      return access.transport === 'https'
        ? createHttpReceiver(access, timeoutMs)
        : createSyslogReceiver(access, timeoutMs)
    },
  }
}
