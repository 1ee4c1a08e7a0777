import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { Fault } from '#sandbox/chat/fault.ts'
import type { Arrival } from '#sandbox/chat/page.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

type Ready = { url: string; slack: string; teams: string }

export const CHAT_TOKEN = 'token-of-the-webhook'

export type StandInChat = Ready & {
  /** What arrived, the newest first. */
  messages(): Promise<Arrival[]>
  /** How often anything was posted, taken or not. */
  posts(): Promise<number>
  faults(...faults: readonly Fault[]): Promise<void>
  stop(): Promise<void>
}

/** The sandbox's chat as a process of its own. */
export async function startChat(): Promise<StandInChat> {
  const folder = mkdtempSync('/var/tmp/stairway-chat-')
  const { ready, stop } = await spawnSandbox<Ready>('chat', [
    ...['--port', '0', '--token', CHAT_TOKEN, '--control-token', 'control'],
    ...['--data', path.join(folder, 'chat')],
  ])
  const read = async () =>
    (await (await fetch(`${ready.url}/messages`)).json()) as { posts: number; messages: Arrival[] }
  return {
    ...ready,
    messages: async () => (await read()).messages,
    posts: async () => (await read()).posts,
    async faults(...faults) {
      const answer = await fetch(`${ready.url}/faults`, {
        method: 'PUT',
        headers: { authorization: 'Bearer control' },
        body: JSON.stringify({ faults }),
      })
      if (!answer.ok) throw new Error(`the chat did not take its faults: ${answer.status}`)
    },
    async stop() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
