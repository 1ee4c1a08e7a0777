/** What a sealed value is bound to; opening it under any other binding fails. */
export type SealBinding = { tenant: string; id: string; purpose: string }

/** Seals to the worker's public key. Who seals cannot open. */
export type Sealer = {
  seal(plaintext: string, binding: SealBinding): Uint8Array<ArrayBuffer>
  keyId: string
}

/** Opens what was sealed to the worker's public key. Only the worker has one. */
export type Vault = Sealer & {
  open(sealed: Uint8Array, binding: SealBinding): string
}
