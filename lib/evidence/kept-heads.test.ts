import { expect, test } from 'vitest'
import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { type KeptHead, readHeads, sealFaults } from './kept-heads.ts'
import { headText } from './pack.ts'

const ours = createSigner(newSigningKey())
const theirs = createSigner(newSigningKey())

function signedBy(signer: typeof ours, seq: number): KeptHead {
  const head = { tenant: 'ten_1', seq, hash: 'a'.repeat(64) }
  const at = '2026-11-26T00:00:00Z'
  const { keyId, publicKey } = signer
  const signature = Buffer.from(signer.sign(headText({ ...head, at }))).toString('hex')
  return { ...head, signed: { at, keyId, publicKey, signature } }
}

const YEARS = Array.from({ length: 50_000 }, (_, place) => place + 1)

test('what is wrong with signed heads is a line a cause, however many they are', () => {
  const many = Array.from({ length: 500 }, (_, place) => signedBy(theirs, place + 1))
  const forged = [signedBy(ours, 7), signedBy(ours, 9)].map((head) => ({ ...head, seq: 8 }))
  expect(sealFaults([...many, ...forged, signedBy(ours, 3)], [ours.publicKey])).toEqual([
    'the signature of the head at 8 does not hold',
    `500 heads from 1 to 500 signed by the key ${theirs.publicKey}, which is none of those given`,
  ])
  expect(sealFaults([signedBy(ours, 3)], [ours.publicKey])).toEqual([])
})

test('heads that were kept without a signature are not judged by one', () => {
  const plain = YEARS.map((seq) => ({ tenant: 'ten_1', seq, hash: 'a'.repeat(64), signed: null }))
  expect(sealFaults(plain, [])).toEqual([])
})

test('what a SIEM kept may hold the test that was sent to it', () => {
  const event = JSON.stringify({ tenant: 'ten_1', seq: 1, hash: 'b'.repeat(64) })
  const read = readHeads([event, '{"test":true}', '{"unmapped":{"test":true}}'].join('\n'))
  expect(read).toMatchObject({ heads: [{ seq: 1 }], unreadable: 0 })
  expect(readHeads(`${event}\n{"other":1}`).unreadable).toBe(1)
})
