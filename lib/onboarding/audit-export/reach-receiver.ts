import type { OpenDestination } from '#lib/audit/export-store.ts'
import type { AuditReceiver } from '#lib/ports/audit-receiver.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/** The receiver of a destination, its secrets opened. Throws AdapterError where the address is not allowed (any more). */
export function reachReceiver(
  { receivers, vault }: Pick<WorkerPlatform, 'receivers' | 'vault'>,
  { token, signing, transport, endpoint, caPem }: OpenDestination,
): AuditReceiver {
  const opened = (secret: OpenDestination['token']) => secret && vault.open(secret.sealed, secret)
  return receivers.dial({
    transport,
    endpoint,
    caPem,
    token: opened(token),
    signingKey: opened(signing),
  })
}
