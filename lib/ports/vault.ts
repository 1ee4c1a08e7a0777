/** What a sealed value is bound to; opening it under any other binding fails. */
export type SealBinding = { tenant: string; id: string; purpose: string }

/** Opens what was sealed to the worker's public key. Only the worker has one. */
export type Vault = {
  open(sealed: Uint8Array, binding: SealBinding): string
  seal(plaintext: string, binding: SealBinding): Uint8Array<ArrayBuffer>
  keyId: string
}
