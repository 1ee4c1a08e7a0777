import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AdapterError } from '#lib/adapter-error.ts'
import { scaffoldIds } from '#lib/adapters/github/git-objects.ts'
import { createGithubSourceHost, type GithubOptions } from '#lib/adapters/github/source-host.ts'
import type {
  CommitSpec,
  RepositoryRef,
  RepositorySpec,
  SourceHost,
} from '#lib/ports/source-host.ts'
import { API_TOKEN, type TestGitHost, testGitHost } from './git-host.ts'

/** A scaffold, and the ids that git gives it. */
export const COMMIT: CommitSpec = {
  branch: 'main',
  message: 'Scaffold\n\nCHG-1\n',
  author: { name: 'Stairway', email: 'stairway@stairway.internal' },
  at: new Date('2026-11-24T12:00:00Z'),
  files: [
    { path: 'README.md', content: '# Ours\n', mode: '100644' },
    { path: 'deploy/base.yaml', content: 'kind: List\n', mode: '100644' },
    { path: 'run.sh', content: '#!/bin/sh\n', mode: '100755' },
  ],
}
export const IDS = scaffoldIds(COMMIT)

/** A repository by the adapter's words, and its place in the API. */
export type Made = { ref: RepositoryRef; spec: RepositorySpec; at: string }

export type TestSourceHost = {
  host: TestGitHost
  source: SourceHost
  /** The adapter with other options. */
  connected(options?: Partial<GithubOptions>): SourceHost
  /** A name that no other test of the file has. */
  fresh(): Made
  /** A repository with nothing but the host's own commit. */
  created(): Promise<Made>
  /** The commit that main stands at, as the API says. */
  headOf(at: string): Promise<string>
  /** Moves main to a commit of somebody's; answers its id. */
  commitOn(
    at: string,
    commit: { parents: readonly string[]; files: Record<string, string> },
  ): Promise<string>
}

/** The adapter against the sandbox's Git host. */
export async function testSourceHost(): Promise<TestSourceHost> {
  const host = await testGitHost()
  const connected: TestSourceHost['connected'] = (options = {}) =>
    createGithubSourceHost({
      ...{ apiUrl: host.url, token: API_TOKEN, writesPerMinute: 100_000 },
      ...options,
    })
  const source = connected()
  let count = 0
  const fresh = (): Made => {
    count += 1
    const ref = { org: 'payments', name: `service-${count}` }
    const marker = `https://stairway/changes/1#chg_${count}`
    return {
      ref,
      spec: { ...ref, description: 'what it does', marker },
      at: `/repos/payments/${ref.name}`,
    }
  }
  return {
    host,
    source,
    connected,
    fresh,
    async created() {
      const made = fresh()
      await source.ensureRepository(made.spec)
      return made
    },
    async headOf(at) {
      const { body } = await host.api('GET', `${at}/git/ref/heads/main`)
      return (body.object as { sha: string }).sha
    },
    commitOn: (at, commit) => commitOn(host, at, commit),
  }
}

async function commitOn(
  host: TestGitHost,
  at: string,
  { parents, files }: { parents: readonly string[]; files: Record<string, string> },
): Promise<string> {
  const tree = Object.entries(files).map(([path, content]) => ({
    ...{ path, content },
    ...{ mode: '100644', type: 'blob' },
  }))
  const made = await host.api('POST', `${at}/git/trees`, { tree })
  const commit = { message: 'somebody', tree: made.body.sha, parents }
  const { sha } = (await host.api('POST', `${at}/git/commits`, commit)).body
  await host.api('PATCH', `${at}/git/refs/heads/main`, { sha, force: true })
  return String(sha)
}

/** What an adapter's method throws; throws itself when that is no AdapterError. */
export async function failure(act: () => Promise<unknown>): Promise<AdapterError> {
  const error = await act().then(
    (value) => new Error(`it answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AdapterError)) throw error
  return error
}

type Instead = { status: number; body?: object; location?: string }

/** A server before the Git host that answers some requests itself. */
export async function inFront(
  host: TestGitHost,
  instead: (request: IncomingMessage) => Instead | undefined,
): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const own = instead(request)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const passed = own ? undefined : await passOn(host.url, request, Buffer.concat(chunks))
    response.writeHead(own?.status ?? passed?.status ?? 500, {
      'content-type': 'application/json',
      ...(own?.location ? { location: own.location } : {}),
    })
    response.end(passed ? await passed.text() : JSON.stringify(own?.body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function passOn(
  base: string,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
) {
  return fetch(base + url, {
    method,
    headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  })
}
