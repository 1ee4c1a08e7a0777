import { endLive, fallenOf } from '#lib/changes/delegation-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { noteEnd } from './end-delegation.ts'

const REASON = 'one of the two left or lost standing'

/** Ends, for good, what these people gave or received and cannot use any more, because one of the two left or lost what it rests on. */
export async function endFallen(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  people: readonly string[],
): Promise<void> {
  const by = 'sys:scim'
  for (const id of await fallenOf(tx, people)) {
    const ended = await endLive(tx, { id, by, reason: REASON })
    if (ended) await noteEnd(platform, tx, { ended, by, reason: REASON })
  }
}
