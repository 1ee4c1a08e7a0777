import { isSignedBy } from '../ed25519.ts'
import { type Head, headText, type Seal } from './pack.ts'

/** An end of a chain, or any event of it, as somebody keeps it outside of the database. */
export type KeptHead = {
  tenant: string
  seq: number
  hash: string
  /** What was signed, where it was. */
  signed: ({ at: string } & Seal) | null
}

export type ReadHeads = {
  heads: KeptHead[] /** Lines that are none of ours. */
  unreadable: number
}

/**
 * Heads out of a file: `head.json` of an evidence pack, what /audit/heads hands out, an export of a chain, or what a SIEM kept of one as JSON Lines or OCSF.
 * One JSON value, or one in each line.
 */
export function readHeads(text: string): ReadHeads {
  const whole = parsed(text)
  const values =
    whole === undefined
      ? text
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => parsed(line))
      : listOf(whole)
  const heads = values.flatMap((value) => headIn(value) ?? [])
  return { heads, unreadable: values.length - heads.length }
}

/** Why a signed head cannot be believed; null where it can, or was kept without a signature. */
export function sealFault({ signed, ...head }: KeptHead, keys: readonly string[]): string | null {
  if (!signed) return null
  const { at, publicKey, signature } = signed
  if (!isSignedBy(publicKey, headText({ ...head, at }), signature))
    return `the signature of the head at ${head.seq} does not hold`
  return keys.includes(publicKey)
    ? null
    : `the head at ${head.seq} is signed by the key ${publicKey}, which is none of those given`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value
  if (isObject(value) && Array.isArray(value.heads)) return value.heads
  return [value]
}

function headIn(value: unknown): KeptHead | undefined {
  if (!isObject(value)) return undefined
  if (isObject(value.head)) {
    const head = plainHead(value.head)
    const { keyId, publicKey, signature } = value
    const { at } = value.head as Partial<Head>
    if (!head || ![at, keyId, publicKey, signature].every((each) => typeof each === 'string'))
      return undefined
    return { ...head, signed: { at, keyId, publicKey, signature } as { at: string } & Seal }
  }
  const inside = isObject(value.unmapped) ? value.unmapped.chain : value
  const head = isObject(inside) ? plainHead(inside) : undefined
  return head && { ...head, signed: null }
}

function plainHead({ tenant, seq, hash }: Record<string, unknown>) {
  const isWhole =
    typeof tenant === 'string' &&
    typeof seq === 'number' &&
    Number.isSafeInteger(seq) &&
    seq > 0 &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash)
  return isWhole ? { tenant, seq, hash } : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
