import { createSealer } from '#lib/adapters/vault/sealing.ts'
import type { Sealer } from '#lib/ports/vault.ts'

/** The sealer of a process that has the public key only. */
export function sealerFor(publicKey: string): Sealer {
  return createSealer(publicKey)
}
