import { createPublicKey, verify } from 'node:crypto'

/** Was this text signed by the private half of this key? `publicKey` is the raw half as base64url, `signature` hex; what has another form is no signature. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'Ed25519', x: publicKey },
    })
    return verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'hex'))
  } catch {
    return false
  }
}
