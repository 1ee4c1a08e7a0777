import type { Transaction } from '#lib/db/client.ts'
import { digestKey, digestText } from '#lib/notices/digest.ts'
import {
  digestsDue,
  insertDigest,
  releaseHeld,
  settleHeld,
  takeDigest,
} from '#lib/notices/digest-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Digesting = Pick<WorkerPlatform, 'db' | 'queue' | 'settings' | 'log'>

const SCOPE = { actor: 'sys:worker', tenants: [] }

/**
 * Lets go of held mails that may not wait any longer, then makes the digests whose hour has come: each person's in one transaction with what it holds, once a day of
 * theirs, whichever worker comes first and however often one dies over it. What is not in a digest stays held.
 */
export async function sendDigests(platform: Digesting): Promise<void> {
  await platform.db.inContext(SCOPE, async (tx) => {
    for (const id of await releaseHeld(tx)) await enqueue(platform, tx, id)
  })
  const due = await platform.db.inContext(SCOPE, digestsDue)
  for (const personId of due)
    await platform.db
      .inContext(SCOPE, (tx) => makeDigest(platform, tx, personId))
      // one person's trouble keeps nobody else's mails back
      .catch((error: unknown) => platform.log.error({ personId, error }, 'a digest was not made'))
}

async function makeDigest(platform: Digesting, tx: Transaction, personId: string): Promise<void> {
  const taken = await takeDigest(tx, personId)
  if (!taken) return
  const lines = await settleHeld(tx, personId)
  if (lines.length === 0) return
  const { day, zone, email } = taken
  const mail = digestText(lines, { zone, publicUrl: platform.settings.publicUrl })
  const id = await insertDigest(tx, {
    ...{ personId, day, changes: lines.length, key: digestKey(personId, day) },
    mail: { to: email, ...mail },
  })
  await enqueue(platform, tx, id)
}

async function enqueue({ queue }: Digesting, tx: Transaction, deliveryId: string): Promise<void> {
  await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}
