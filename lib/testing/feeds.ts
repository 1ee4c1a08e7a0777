import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { FeedName, Row } from '#sandbox/feeds/rows.ts'
import type { Fault } from '#sandbox/feeds/serve.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

type Ready = { url: string; https: string; caPem: string }

export const FEEDS_TOKEN = 'token-of-the-feeds'

export type Feeds = Ready & {
  faults(...faults: readonly Fault[]): Promise<void>
  rows(feed: FeedName, rows: readonly Row[]): Promise<void>
  stop(): Promise<void>
}

/** The sandbox's feeds as a process of their own, on ports of their own. */
export async function startFeeds(): Promise<Feeds> {
  const folder = mkdtempSync('/var/tmp/stairway-feeds-')
  const { ready, stop } = await spawnSandbox<Ready>('feeds', [
    ...['--port', '0', '--page-port', '0', '--token', FEEDS_TOKEN],
    ...['--control-token', 'control', '--data', path.join(folder, 'feeds')],
  ])
  const tell = async (at: string, body: unknown) => {
    const answer = await fetch(`${ready.url}/${at}`, {
      method: 'PUT',
      headers: { authorization: 'Bearer control' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the feeds did not take ${at}: ${answer.status}`)
  }
  return {
    ...ready,
    faults: (...faults) => tell('faults', faults),
    rows: (feed, rows) => tell(`rows/${feed}`, rows),
    async stop() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
