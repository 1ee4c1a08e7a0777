import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { lineTestWanted, openLine, saveLineTest } from '#lib/servicenow/line-store.ts'
import { reachInstance, wordsOf } from './reach-instance.ts'
import { SCOPE } from './sync-context.ts'

const NOBODY = 'f'.repeat(32)

/** Tries the line that somebody asked to be tried, by reading, and writes down what came back, once. */
export async function testLine(platform: WorkerPlatform, tenantId: string): Promise<void> {
  const line = await platform.db.inContext(SCOPE, async (tx) =>
    (await lineTestWanted(tx, tenantId)) ? openLine(tx, tenantId) : undefined,
  )
  if (!line) return
  const said = await tried().catch((error: unknown) => ({ ok: false, said: wordsOf(error) }))
  await platform.db.inContext(SCOPE, (tx) => saveLineTest(tx, tenantId, said))

  async function tried() {
    const instance = reachInstance(platform, line as NonNullable<typeof line>)
    await instance.find('CHG-0.connection.test')
    await instance.notes([NOBODY], new Date())
    await instance.approvals([NOBODY])
    return { ok: true, said: 'it answers for changes, the journal and approvals' }
  }
}
