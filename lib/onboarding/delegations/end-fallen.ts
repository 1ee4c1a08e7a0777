import { endLive, fallenOf } from '#lib/changes/delegation-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { noteEnd } from './end-delegation.ts'

type Ending = { by: string; reason: string }

/** How a directory ends delegations, in the name of what told of it. */
export function directoryEnding(by: 'sys:scim' | 'sys:ldap'): Ending {
  return { by, reason: 'one of the two left or lost standing' }
}

/** Ends, for good, what these people gave or received and cannot use any more, because one of the two left or lost what it rests on. */
export async function endFallen(
  platform: Pick<Platform, 'queue' | 'settings'>,
  tx: Transaction,
  people: readonly string[],
  ending: Ending,
): Promise<void> {
  for (const id of await fallenOf(tx, people)) {
    const ended = await endLive(tx, { id, ...ending })
    if (ended) await noteEnd(platform, tx, { ended, ...ending })
  }
}
