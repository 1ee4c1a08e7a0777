import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { canonicalJson } from '#lib/canonical.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { SealBinding, Sealer, Vault } from '#lib/ports/vault.ts'

const VERSION = 1
const KEY_LENGTH = 32
const IV_LENGTH = 12
const TAG_LENGTH = 16

/** A new sealing key pair as base64url of the raw X25519 halves: public for web, private for the worker. */
export function newSealingKeys(): { publicKey: string; privateKey: string } {
  const pair = generateKeyPairSync('x25519')
  const { x = '' } = pair.publicKey.export({ format: 'jwk' })
  const { d = '' } = pair.privateKey.export({ format: 'jwk' })
  return { publicKey: x, privateKey: `${d}.${x}` }
}

/** Names the key pair without telling it: first 16 hex digits of the SHA-256 of the public half. */
export function sealingKeyId(publicKey: string): string {
  return sha256Hex(publicKey).slice(0, 16)
}

/** Seals to the public half: version, ephemeral key, nonce, tag, ciphertext. X25519 + HKDF-SHA256 + AES-256-GCM, the binding as associated data. */
export function sealTo(
  publicKey: string,
  plaintext: string,
  binding: SealBinding,
): Uint8Array<ArrayBuffer> {
  const recipient = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'X25519', x: publicKey },
  })
  const ephemeral = generateKeyPairSync('x25519')
  const { x = '' } = ephemeral.publicKey.export({ format: 'jwk' })
  const key = deriveKey(ephemeral.privateKey, recipient)
  const iv = randomBytes(IV_LENGTH)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(bindingBytes(binding))
  const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([VERSION]),
      Buffer.from(x, 'base64url'),
      iv,
      cipher.getAuthTag(),
      body,
    ]),
  )
}

/** Seals to one public key, for processes that must not open anything. */
export function createSealer(publicKey: string): Sealer {
  return {
    keyId: sealingKeyId(publicKey),
    seal: (plaintext, binding) => sealTo(publicKey, plaintext, binding),
  }
}

/** The worker's vault over one private key. Opening bytes sealed for another binding or key throws. */
export function createVault(privateKey: string): Vault {
  const [d = '', x = ''] = privateKey.split('.')
  const own = createPrivateKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', d, x } })
  return {
    keyId: sealingKeyId(x),
    seal: (plaintext, binding) => sealTo(x, plaintext, binding),
    open: (sealed, binding) => open(own, Buffer.from(sealed), binding),
  }
}

function open(own: KeyObject, sealed: Buffer, binding: SealBinding): string {
  if (sealed[0] !== VERSION) throw new Error('sealed with an unknown version')
  let at = 1
  const take = (length: number): Buffer => {
    at += length
    return sealed.subarray(at - length, at)
  }
  const x = take(KEY_LENGTH).toString('base64url')
  const iv = take(IV_LENGTH)
  const tag = take(TAG_LENGTH)
  const peer = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'X25519', x } })
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(own, peer), iv)
  decipher.setAAD(bindingBytes(binding))
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(sealed.subarray(at)), decipher.final()]).toString('utf8')
}

function deriveKey(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const secret = diffieHellman({ privateKey, publicKey })
  return Buffer.from(hkdfSync('sha256', secret, '', 'stairway-sealing-v1', KEY_LENGTH))
}

function bindingBytes({ tenant, id, purpose }: SealBinding): Buffer {
  return Buffer.from(canonicalJson({ tenant, id, purpose }))
}
