import { openDestination, saveTest, testWanted } from '#lib/audit/export-store.ts'
import { CONTENT_TYPES, testLine, testSyslog } from '#lib/audit/formats/encode.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { reachReceiver } from './reach-receiver.ts'

const SCOPE = { actor: 'sys:worker', tenants: [], reason: 'audit destination tested' }

/** Sends the test that was asked for and writes down what came back; whatever that is, once. */
export async function sendTest(platform: WorkerPlatform, destinationId: string): Promise<void> {
  const destination = await platform.db.inContext(SCOPE, async (tx) =>
    (await testWanted(tx, destinationId)) ? openDestination(tx, destinationId) : undefined,
  )
  if (!destination) return
  const { format, transport } = destination
  const facts = { id: `${destinationId}:test`, at: Date.now() }
  const line =
    transport === 'https'
      ? testLine(format, facts)
      : testSyslog(format, facts, new URL(platform.settings.publicUrl).hostname)
  const said = await send().catch((error: unknown) => ({
    ok: false,
    said: error instanceof Error ? error.message.slice(0, 500) : String(error),
  }))
  await platform.db.inContext(SCOPE, (tx) => saveTest(tx, destinationId, said))

  async function send() {
    const receiver = reachReceiver(platform, destination as NonNullable<typeof destination>)
    const contentType = CONTENT_TYPES[format]
    const receipt = await receiver.send({ id: facts.id, contentType, lines: [line] })
    return { ok: receipt.outcome === 'taken', said: receipt.said.slice(0, 500) }
  }
}
