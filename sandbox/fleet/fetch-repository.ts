import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import { readPack } from './pack.ts'

export type Checkout = { sha: string; files: Map<string, string> }

/** Why a repository could not be had, in the words source-controller uses. */
export class FetchFailed extends Error {
  readonly reason: string
  constructor(message: string, options: ErrorOptions & { reason: string }) {
    super(message, options)
    this.reason = options.reason
  }
}

const TIMEOUT_MS = 20_000
const trees = new Map<string, Promise<Checkout>>()

/** Fetches a branch, or a commit on it, over git's smart HTTP protocol: the refs each time with the caller's credentials, the pack only for a commit not seen before. */
export async function fetchRepository(
  url: string,
  { branch, commit }: { branch: string; commit?: string | undefined },
  credentials: { username: string; password: string } | undefined,
): Promise<Checkout> {
  const headers: Record<string, string> = credentials
    ? {
        authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
      }
    : {}
  const advertised = await ask(url, `${url}/info/refs?service=git-upload-pack`, { headers })
  const head = refsOf(await advertised.text()).get(`refs/heads/${branch}`)
  if (!head)
    throw new FetchFailed(
      `unable to clone '${url}': couldn't find remote ref "refs/heads/${branch}"`,
      { reason: 'GitOperationFailed' },
    )
  const sha = commit ?? head
  const key = `${url}@${sha}`
  const known = trees.get(key)
  if (known) return known
  const fresh = download(url, sha, headers)
  trees.set(key, fresh)
  fresh.catch(() => trees.delete(key))
  return fresh
}

async function download(
  url: string,
  sha: string,
  headers: Record<string, string>,
): Promise<Checkout> {
  const body = `${packet(`want ${sha} ofs-delta no-progress agent=git/sim\n`)}${packet('deepen 1')}0000${packet('done\n')}`
  const response = await ask(url, `${url}/git-upload-pack`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-git-upload-pack-request' },
    body,
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const start = bytes.indexOf('PACK')
  if (start < 0 && bytes.includes('not our ref'))
    throw new FetchFailed(`unable to resolve commit object for '${sha}': object not found`, {
      reason: 'GitOperationFailed',
    })
  if (start < 0)
    throw new FetchFailed(`unable to clone '${url}': the server sent no pack`, {
      reason: 'GitOperationFailed',
    })
  const objects = readPack(bytes.subarray(start), inflateSync)
  const files = new Map<string, string>()
  const commit = objects.get(sha)?.body.toString() ?? ''
  collect(objects, /^tree ([0-9a-f]{40})/m.exec(commit)?.[1] ?? '', '', files)
  return { sha, files }
}

function collect(
  objects: ReadonlyMap<string, { body: Buffer }>,
  tree: string,
  prefix: string,
  files: Map<string, string>,
): void {
  const body = objects.get(tree)?.body ?? Buffer.alloc(0)
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at)
    const end = body.indexOf(0, space)
    const name = prefix + body.subarray(space + 1, end).toString()
    const sha = body.subarray(end + 1, end + 21).toString('hex')
    if (body.subarray(at, space).toString() === '40000') collect(objects, sha, `${name}/`, files)
    else files.set(name, objects.get(sha)?.body.toString() ?? '')
    at = end + 21
  }
}

async function ask(url: string, address: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(address, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause
    throw new FetchFailed(
      `unable to clone '${url}': dial tcp: ${cause?.code === 'ECONNREFUSED' ? 'connect: connection refused' : (cause?.message ?? 'i/o timeout')}`,
      { cause: error, reason: 'GitOperationFailed' },
    )
  }
  if (response.ok) return response
  const words: Record<number, string> = {
    401: 'authentication required: Unauthorized',
    403: 'authorization failed: Forbidden',
    404: 'repository not found',
  }
  throw new FetchFailed(
    `unable to clone '${url}': ${words[response.status] ?? `unexpected client error: unexpected requesting "${address}" status code: ${response.status}`}`,
    { reason: 'GitOperationFailed' },
  )
}

function refsOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([0-9a-f]{40}) ([^\s\0]+)/g)].map((match) => [
      match[2] ?? '',
      match[1] ?? '',
    ]),
  )
}

function packet(line: string): string {
  return (line.length + 4).toString(16).padStart(4, '0') + line
}

/** `sha256:<hex>` of the files, for an artifact's digest. */
export function digestOf(checkout: Checkout): string {
  const hash = createHash('sha256')
  for (const [path, content] of checkout.files) hash.update(`${path}\0${content}\0`)
  return `sha256:${hash.digest('hex')}`
}
