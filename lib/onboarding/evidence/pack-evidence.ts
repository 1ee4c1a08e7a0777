import { record } from '#lib/audit/store.ts'
import { loadEvidence } from '#lib/evidence/facts-store.ts'
import { packEvidence as pack, type Seal } from '#lib/evidence/pack.ts'
import {
  eventRange,
  loadSignedHead,
  type OpenPack,
  openPack,
  type SignedHead,
  savePack,
} from '#lib/evidence/store.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { signHeads } from './sign-heads.ts'

/** Makes the pack that was asked for of a change: its chain's end is signed, everything read, the archive stored and the act recorded. Throws when the change moved meanwhile; the job is tried again. */
export async function packEvidence(platform: WorkerPlatform, changeId: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: [], change: changeId, reason: 'evidence' }
  const open = await platform.db.inContext(scope, (tx) => openPack(tx, changeId))
  if (!open) return
  const signed = await signedHead(platform, open, changeId)
  const { signer, verifier } = platform
  const seal = (text: string): Seal => ({
    keyId: signer.keyId,
    publicKey: signer.publicKey,
    signature: Buffer.from(signer.sign(text)).toString('hex'),
  })
  const evidence = await platform.db.inContext(scope, async (tx) => {
    const before = await eventRange(tx, changeId)
    const loaded = await loadEvidence(tx, { changeId, first: before?.first ?? 1, ...signed })
    const after = await eventRange(tx, changeId)
    if (!after || after.last > signed.head.seq)
      throw new Error('the change moved while its evidence was read')
    return { ...loaded, head: signed }
  })
  const body = pack(evidence, { verifier, seal })
  await platform.db.inContext({ ...scope, tenants: [open.tenantId] }, async (tx) => {
    const facts = { seq: signed.head.seq, keyId: signer.keyId, sha256: sha256Hex(body) }
    if (!(await savePack(tx, open.id, { ...facts, body }))) return
    await record(tx, {
      tenant: open.tenantId,
      action: 'evidence.packed',
      subject: changeId,
      payload: { ...facts, size: body.length, askedBy: open.askedBy },
    })
  })
}

/** A signed end at or behind the change's last event; signed now where there is none. */
async function signedHead(
  platform: WorkerPlatform,
  { tenantId }: OpenPack,
  changeId: string,
): Promise<SignedHead> {
  const find = () =>
    platform.db.inContext({ actor: 'sys:worker', tenants: [] }, async (tx) => {
      const range = await eventRange(tx, changeId)
      return loadSignedHead(tx, tenantId, range?.last ?? 1)
    })
  const there = await find()
  if (there) return there
  await signHeads(platform, tenantId)
  const made = await find()
  if (!made) throw new Error(`the audit chain of ${tenantId} has no signed end yet`)
  return made
}
