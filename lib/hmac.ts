import { createHmac, timingSafeEqual } from 'node:crypto'

const SIGNATURE = /^(sha224|sha256|sha384|sha512)=([0-9a-f]{56,128})$/

/**
 * Was this body signed with one of the keys? Over the raw bytes, in constant time; `header` is `<algorithm>=<lower-case hex>`,
 * as notification-controller (X-Signature) and GitHub (X-Hub-Signature-256) send it. Several keys serve a rotation.
 */
export function isSigned(
  header: string | null | undefined,
  body: Uint8Array,
  keys: readonly string[],
): boolean {
  const [, algorithm, hex] = SIGNATURE.exec(header ?? '') ?? []
  if (!algorithm || !hex) return false
  const given = Buffer.from(hex, 'hex')
  return keys.some((key) => {
    const wanted = createHmac(algorithm, key).update(body).digest()
    return key.length > 0 && wanted.length === given.length && timingSafeEqual(wanted, given)
  })
}
