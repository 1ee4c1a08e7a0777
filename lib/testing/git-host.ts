import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { Fault } from '#sandbox/git-host/faults.ts'
import { spawnSandbox } from './spawn-sandbox.ts'

export type Delivery = { event: string; signature: string; text: string; body: Json }
export type Json = Record<string, unknown>

export type TestGitHost = {
  url: string
  /** Folder for what a test keeps beside the host, clones above all. */
  folder: string
  /** What its hooks were told so far, in order. */
  delivered: Delivery[]
  /** Where a hook of a repository must lead, so that `delivered` grows. */
  hookUrl: string
  api(method: string, at: string, body?: object): Promise<{ status: number; body: Json }>
  faults(...faults: readonly Fault[]): Promise<void>
  close(): Promise<void>
}

export const API_TOKEN = 'token'
/** The secret that a test's hooks are signed with. */
export const HOOK_SECRET = 'shared'

/** The sandbox's Git host as a process of its own, and a listener for its hooks. */
export async function testGitHost(): Promise<TestGitHost> {
  const folder = mkdtempSync('/var/tmp/stairway-github-')
  const host = await spawnSandbox<{ url: string }>('git-host', [
    ...['--port', '0', '--data', path.join(folder, 'git')],
    ...['--api-token', API_TOKEN, '--control-token', 'control'],
  ])
  const delivered: Delivery[] = []
  const listener = await listen(delivered)
  const { url } = host.ready
  return {
    url,
    folder,
    delivered,
    hookUrl: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async api(method, at, body) {
      const answer = await fetch(url + at, {
        method,
        headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      const text = await answer.text()
      return { status: answer.status, body: text ? (JSON.parse(text) as Json) : {} }
    },
    async faults(...faults) {
      await fetch(`${url}/_faults`, {
        method: 'PUT',
        headers: { authorization: 'Bearer control' },
        body: JSON.stringify({ faults }),
      })
    },
    async close() {
      await host.stop()
      listener.closeAllConnections()
      listener.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function listen(delivered: Delivery[]): Promise<ReturnType<typeof createServer>> {
  const listener = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    delivered.push({
      text,
      body: JSON.parse(text) as Json,
      signature: String(request.headers['x-hub-signature-256']),
      event: String(request.headers['x-github-event']),
    })
    response.end()
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return listener
}
