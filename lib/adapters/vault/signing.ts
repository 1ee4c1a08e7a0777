import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { sha256Hex } from '#lib/hash.ts'
import type { Signer } from '#lib/ports/signer.ts'

/** A new Ed25519 key as `<private>.<public>`, base64url of the raw halves: the form of SIGNING_PRIVATE_KEY. */
export function newSigningKey(): string {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  return `${d}.${x}`
}

/** The signer over one key. Throws where the two halves are not of one pair's form. */
export function createSigner(key: string): Signer {
  const [d = '', publicKey = ''] = key.split('.')
  const own = createPrivateKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', d, x: publicKey },
  })
  return {
    keyId: sha256Hex(publicKey).slice(0, 16),
    publicKey,
    sign: (text) => new Uint8Array(sign(null, Buffer.from(text, 'utf8'), own)),
  }
}
