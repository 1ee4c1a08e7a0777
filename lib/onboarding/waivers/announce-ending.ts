import { takeEnding } from '#lib/entitlements/waiver-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { tellOfWaiver } from './tell-of-waiver.ts'

/** Tells who asked for a waiver and who granted it that it ends soon, once. */
export async function announceEndingWaivers(
  platform: Pick<WorkerPlatform, 'db' | 'queue' | 'settings'>,
): Promise<void> {
  await platform.db.inContext(
    { actor: 'sys:worker', tenants: [], reason: 'a waiver ends soon' },
    async (tx) => {
      for (const waiver of await takeEnding(tx)) {
        const people = [waiver.askedBy, waiver.decidedBy].filter((person) => person !== null)
        await tellOfWaiver(platform, tx, { waiver, event: 'waiver.ending', people })
      }
    },
  )
}
