import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

export type Hook = {
  id: number
  url: string
  secret: string
  events: string[]
  active: boolean
  createdAt?: string
}
export type PullRequest = {
  number: number
  title: string
  head: string
  base: string
  state: 'open' | 'closed'
  body: string
  createdAt?: string
  updatedAt?: string
  closedAt?: string | null
  mergedAt?: string | null
  /** Where head stood when it was merged, and the commit that came of it. */
  headSha?: string
  mergeSha?: string
}
export type Status = {
  id: number
  sha: string
  state: string
  context: string
  description: string | null
  target_url: string | null
  created_at: string
}

/** What GitHub knows of a repository beside its objects: one file inside the bare repository. */
export type Repository = {
  id: number
  org: string
  name: string
  description: string | null
  homepage: string | null
  private: boolean
  /** Read only from then on, as GitHub's archived repositories are. */
  archived?: boolean
  createdAt: string
  protection: Record<string, unknown> | null
  readTokens: Record<string, string>
  hooks: Hook[]
  pulls: PullRequest[]
  statuses: Status[]
}

export type Store = ReturnType<typeof openStore>

const NAME = /^[A-Za-z0-9._-]{1,100}$/

/** Repositories in a folder: `<org>/<name>.git`. Metadata is written by rename, so a killed host leaves whole files. */
export function openStore(root: string, organisations: readonly string[]) {
  for (const org of organisations) mkdirSync(path.join(root, org), { recursive: true })
  const cache = new Map<string, Repository>()
  const dirOf = (org: string, name: string) => path.join(root, org, `${name}.git`)
  const metaOf = (org: string, name: string) => path.join(dirOf(org, name), 'host.json')

  function find(org: string, name: string): Repository | undefined {
    if (!NAME.test(org) || !NAME.test(name)) return undefined
    const key = `${org}/${name}`.toLowerCase()
    const known = cache.get(key)
    if (known) return known
    if (!existsSync(metaOf(org, name))) return undefined
    const read = JSON.parse(readFileSync(metaOf(org, name), 'utf8')) as Repository
    cache.set(key, read)
    return read
  }

  function save(repository: Repository): void {
    const file = metaOf(repository.org, repository.name)
    writeFileSync(`${file}.tmp`, JSON.stringify(repository))
    renameSync(`${file}.tmp`, file)
    cache.set(`${repository.org}/${repository.name}`.toLowerCase(), repository)
  }

  function create(
    org: string,
    name: string,
    facts: Pick<Repository, 'description' | 'homepage' | 'private'>,
  ): Repository {
    initBare(dirOf(org, name))
    const id = Number.parseInt(randomBytes(5).toString('hex'), 16)
    const repository: Repository = {
      id,
      org,
      name,
      ...facts,
      createdAt: new Date().toISOString(),
      protection: null,
      readTokens: {},
      hooks: [],
      pulls: [],
      statuses: [],
    }
    save(repository)
    return repository
  }

  function protect(repository: Repository, protection: Record<string, unknown> | null): void {
    writeConfig(dirOf(repository.org, repository.name), protection !== null)
    save({ ...repository, protection })
  }

  return {
    root,
    find,
    save,
    create,
    protect,
    dirOf,
    hasOrg: (org: string) => NAME.test(org) && existsSync(path.join(root, org)),
    orgs: () => readdirSync(root).filter((name) => NAME.test(name)),
    list: (org: string) =>
      readdirSync(path.join(root, org))
        .filter((name) => name.endsWith('.git'))
        .map((name) => find(org, name.slice(0, -4)))
        .filter((found) => found !== undefined),
    remove(org: string, name: string) {
      rmSync(dirOf(org, name), { recursive: true, force: true })
      cache.delete(`${org}/${name}`.toLowerCase())
    },
  }
}

function initBare(dir: string): void {
  for (const folder of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags'])
    mkdirSync(path.join(dir, folder), { recursive: true })
  writeFileSync(path.join(dir, 'HEAD'), 'ref: refs/heads/main\n')
  writeConfig(dir, false)
}

/** A protected branch refuses forced pushes and deletion also through git itself. */
function writeConfig(dir: string, isProtected: boolean): void {
  const receive = isProtected
    ? '[receive]\n\tdenyNonFastForwards = true\n\tdenyDeletes = true\n'
    : ''
  writeFileSync(
    path.join(dir, 'config'),
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[http]\n\treceivepack = true\n[uploadpack]\n\tallowAnySHA1InWant = true\n${receive}`,
  )
}
