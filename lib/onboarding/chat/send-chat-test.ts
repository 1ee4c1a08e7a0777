import { openChatLine, saveChatTest } from '#lib/notices/chat-store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { breakChannel, isBroken, postTo, refusedWords, scopeOf } from './deliver-chat.ts'

type Testing = Pick<WorkerPlatform, 'db' | 'vault' | 'chats' | 'settings'>

const SCOPE = { actor: 'sys:worker', tenants: [] }

/** Sends the test message that somebody asked for, and writes down what came back, once. */
export async function sendChatTest(platform: Testing, tenantId: string): Promise<void> {
  const { db, settings } = platform
  const line = await db.inContext(SCOPE, (tx) => openChatLine(tx, tenantId))
  if (!line?.testWanted) return
  const message = {
    headline: `A test by Stairway: what ${line.tenant} has to know is told here`,
    next: 'Nothing is to be done. A link here opens a page, and decides nothing by itself.',
    link: `${settings.publicUrl}/changes`,
  }
  const came = await postTo(platform, line, message).then(
    () => ({ ok: true, broken: false, said: 'the channel took the message' }),
    (error: unknown) => ({ ok: false, broken: isBroken(error), said: refusedWords(error) }),
  )
  await db.inContext(scopeOf(tenantId), async (tx) => {
    if (came.broken) await breakChannel(tx, line, came.said)
    await saveChatTest(tx, { tenantId, secretId: line.secret.id }, came)
  })
}
