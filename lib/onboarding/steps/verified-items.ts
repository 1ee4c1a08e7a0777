import { type ItemFilter, loadItems, type StoredItem } from '#lib/changes/plan-store.ts'
import { sha256Hex } from '#lib/hash.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { RunContext } from './step.ts'

/** Bytes of the approved plan whose hashes were checked just now. Bytes that do not match their hash throw: nothing else is ever applied. */
export async function verifiedItems(
  platform: Pick<WorkerPlatform, 'db' | 'worker'>,
  run: Pick<RunContext, 'planHash' | 'tenantId'>,
  filter: ItemFilter,
): Promise<StoredItem[]> {
  const scope = { actor: 'sys:worker', tenants: [run.tenantId] }
  const items = await platform.db.inContext(scope, (tx) => loadItems(tx, run.planHash, filter))
  for (const item of items) {
    if (sha256Hex(item.body) !== item.hash)
      throw new Error(`plan item ${item.path} does not match its hash`)
  }
  return items
}
