import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGunzip } from 'node:zlib'
import { listRefs, readRef } from './objects.ts'
import { gitEnvironment } from './packed.ts'
import type { Repository, Store } from './store.ts'

const CAPABILITIES =
  'multi_ack thin-pack side-band side-band-64k ofs-delta shallow deepen-since deepen-not deepen-relative no-progress include-tag multi_ack_detailed allow-tip-sha1-in-want allow-reachable-sha1-in-want no-done symref=HEAD:refs/heads/main object-format=sha1 agent=git/stairway-sandbox'

export type GitRequest = {
  repository: Repository
  service: 'git-upload-pack' | 'git-receive-pack'
  advertise: boolean
}

/** Is this a request of git's smart HTTP protocol, and for which repository? */
export function gitRequest(store: Store, url: URL): GitRequest | 'unknown repository' | undefined {
  const match =
    /^\/([\w.-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
      url.pathname,
    )
  if (!match) return undefined
  const service = match[3] === 'info/refs' ? url.searchParams.get('service') : match[3]
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined
  const repository = store.find(match[1] ?? '', match[2] ?? '')
  return repository
    ? { repository, service, advertise: match[3] === 'info/refs' }
    : 'unknown repository'
}

/** Who is calling, by HTTP basic authentication: the password is a read token of this repository, or the API token. */
export function gitAccess(
  request: IncomingMessage,
  repository: Repository,
  apiToken: string,
): 'write' | 'read' | 'none' {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  const password = basic
    ? Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':')
    : ''
  if (password === apiToken) return 'write'
  return password && Object.values(repository.readTokens).includes(password) ? 'read' : 'none'
}

/** Serves the advertisement or the pack exchange. Resolves when the exchange is over; `pushed` tells whether refs may have moved. */
export async function serveGit(
  store: Store,
  { repository, service, advertise }: GitRequest,
  exchange: { request: IncomingMessage; response: ServerResponse },
): Promise<{ pushed: boolean }> {
  const { request, response } = exchange
  const dir = store.dirOf(repository.org, repository.name)
  response.writeHead(200, {
    'content-type': `application/x-${service}-${advertise ? 'advertisement' : 'result'}`,
    'cache-control': 'no-cache',
  })
  if (advertise && service === 'git-upload-pack') {
    response.end(advertisement(dir))
    return { pushed: false }
  }
  if (advertise) response.write(`${packet(`# service=${service}\n`)}0000`)
  await runGit(
    [service.slice(4), '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), dir],
    { request, response, withInput: !advertise },
  )
  return { pushed: service === 'git-receive-pack' && !advertise }
}

function advertisement(dir: string): string {
  const refs = [...listRefs(dir)]
  const head = readRef(dir, 'refs/heads/main')
  const lines: [string, string][] = [...(head ? [['HEAD', head] as [string, string]] : []), ...refs]
  if (lines.length === 0) lines.push(['capabilities^{}', '0'.repeat(40)])
  const body = lines.map(([ref, sha], index) =>
    packet(`${sha} ${ref}${index === 0 ? `\0${CAPABILITIES}` : ''}\n`),
  )
  return `${packet('# service=git-upload-pack\n')}0000${body.join('')}0000`
}

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text
}

function runGit(
  args: string[],
  {
    request,
    response,
    withInput,
  }: { request: IncomingMessage; response: ServerResponse; withInput: boolean },
): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('git', args, {
      env: gitEnvironment(),
      stdio: ['pipe', 'pipe', 'ignore'] as const,
    })
    child.stdin.on('error', () => undefined)
    if (withInput)
      (request.headers['content-encoding'] === 'gzip'
        ? request.pipe(createGunzip())
        : request
      ).pipe(child.stdin)
    else child.stdin.end()
    child.stdout.pipe(response)
    child.on('close', () => resolve())
    child.on('error', () => resolve())
  })
}
