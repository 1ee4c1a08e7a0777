import { headText } from '#lib/evidence/pack.ts'
import { breakSince, saveSignature, unsignedHeads } from '#lib/evidence/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

/**
 * Signs the end of one chain, or of every chain that grew since. What follows the last signature is recomputed first: a broken chain is never signed,
 * it is logged and left. Throws for a chain that was named and cannot be signed.
 */
export async function signHeads(platform: WorkerPlatform, tenantId?: string): Promise<void> {
  const scope = { actor: 'sys:worker', tenants: tenantId ? [tenantId] : [], reason: 'sign' }
  const heads = await platform.db.inContext(scope, (tx) => unsignedHeads(tx, tenantId ?? null))
  for (const { signed, ...end } of heads) {
    const broken = await platform.db.inContext(scope, async (tx) => {
      const seq = await breakSince(tx, end.tenant, signed)
      if (seq !== null) return seq
      const head = { ...end, at: new Date().toISOString() }
      const { keyId, publicKey } = platform.signer
      const signature = Buffer.from(platform.signer.sign(headText(head))).toString('hex')
      await saveSignature(tx, { head, keyId, publicKey, signature })
      return null
    })
    if (broken === null) continue
    if (tenantId) throw new Error(`the audit chain of ${tenantId} is broken at event ${broken}`)
    platform.log.error({ tenant: end.tenant, seq: broken }, 'a broken audit chain is not signed')
  }
}
