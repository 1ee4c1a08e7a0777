import { createHash, hkdfSync } from 'node:crypto'

/** SHA-256 of bytes or UTF-8 text, as 64 lower-case hex digits. */
export function sha256Hex(input: string | Uint8Array): string {
  return createHash('sha256').update(input).digest('hex')
}

/** SHA-256 of bytes or UTF-8 text, as 32 bytes. */
export function sha256Bytes(input: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(input).digest())
}

/** Key of one inbound hook, derived (HKDF-SHA256) from the root key, what it is for, and how often its cluster was rebuilt; both processes can, so nothing is stored. Hex, 64 digits. */
export function hookKey(
  rootKey: string,
  use: { cluster: string; tenant: string; generation: number },
): string {
  const info = `flux-hook\u0000${use.cluster}\u0000${use.tenant}\u0000${use.generation}`
  return Buffer.from(hkdfSync('sha256', rootKey, '', info, 32)).toString('hex')
}
