/** Signs with the installation's own key; only the worker has one. */
export type Signer = {
  /** Names the key pair: first 16 hex digits of the SHA-256 of `publicKey`. */
  keyId: string
  /** Raw Ed25519 public half, base64url. */
  publicKey: string
  /** Ed25519 over the UTF-8 text, 64 bytes. */
  sign(text: string): Uint8Array<ArrayBuffer>
}
