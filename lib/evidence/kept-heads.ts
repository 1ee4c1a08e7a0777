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
  const own = values.filter((value) => !isTest(value))
  const heads = own.flatMap((value) => headIn(value) ?? [])
  return { heads, unreadable: own.length - heads.length }
}

/** Why signed heads cannot be believed, a line a cause however many they are: a chain is signed every few minutes for years. Heads kept without a signature are not judged. */
export function sealFaults(heads: readonly KeptHead[], keys: readonly string[]): string[] {
  const forged: number[] = []
  const foreign = new Map<string, number[]>()
  for (const { signed, ...head } of heads) {
    if (!signed) continue
    const { at, publicKey, signature } = signed
    if (!isSignedBy(publicKey, headText({ ...head, at }), signature)) forged.push(head.seq)
    else if (!keys.includes(publicKey))
      foreign.set(publicKey, [...(foreign.get(publicKey) ?? []), head.seq])
  }
  return [
    ...(forged.length > 0 ? [`the signature of ${headsAt(forged)} does not hold`] : []),
    ...[...foreign].map(
      ([key, at]) => `${headsAt(at)} signed by the key ${key}, which is none of those given`,
    ),
  ]
}

function headsAt(numbers: readonly number[]): string {
  const [first = 0] = numbers
  if (numbers.every((number) => number === first)) return `the head at ${first}`
  const most = numbers.reduce((one, other) => Math.max(one, other), first)
  const least = numbers.reduce((one, other) => Math.min(one, other), first)
  return `${numbers.length} heads from ${least} to ${most}`
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

/** The record that *Send a test* leaves at a receiver. */
function isTest(value: unknown): boolean {
  if (!isObject(value)) return false
  return value.test === true || (isObject(value.unmapped) && value.unmapped.test === true)
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
