import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPostgres } from '#sandbox/postgres/server.ts'
import { migrate, prepareServer } from '#scripts/launch/database.ts'
import { freePort } from './free-port.ts'

export type TestServer = { superuserUrl: string; port: number; password: string }

declare module 'vitest' {
  // biome-ignore lint/style/useConsistentTypeDefinitions: vitest is extended by merging into its interface
  export interface ProvidedContext {
    testServer: TestServer
  }
}

/** One embedded PostgreSQL for all database tests, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { server, stop } = await startTestServer()
  project.provide('testServer', server)
  return stop
}

/** An embedded PostgreSQL with the migrated template, for tests that bring their own. */
export async function startTestServer(): Promise<{
  server: TestServer
  stop(): Promise<void>
}> {
  const folder = mkdtempSync(path.join('/var/tmp', 'stairway-test-'))
  chmodSync(folder, 0o755)
  const password = randomBytes(16).toString('hex')
  const port = await freePort()
  const server = await startPostgres({
    dataDir: path.join(folder, 'data'),
    port,
    password,
    settings: ['fsync=off', 'synchronous_commit=off'],
  })
  await prepareServer(server.url('postgres'), 'stairway_template', {
    owner: password,
    app: password,
    worker: password,
  })
  await migrate(`postgresql://stairway_owner:${password}@127.0.0.1:${port}/stairway_template`)
  return {
    server: { superuserUrl: server.url('postgres'), port, password },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
