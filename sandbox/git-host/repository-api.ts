import { randomBytes } from 'node:crypto'
import { type Answer, type Fail, fail } from './answer.ts'
import {
  listRefs,
  readCommit,
  readRef,
  writeCommit,
  writeObject,
  writeRef,
  writeTree,
} from './objects.ts'
import { type Context, type Scoped, text } from './scoped.ts'
import { commitShape, protectionShape, repositoryShape } from './shapes.ts'

export function createRepository({ store, base, body }: Context, org: string): Answer {
  if (!store.hasOrg(org)) return fail(404, 'Not Found')
  const name = String(body.name ?? '')
  const problem = (message: string): Fail =>
    fail(422, 'Repository creation failed.', [
      { resource: 'Repository', code: 'custom', field: 'name', message },
    ])
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) return problem('name is not valid')
  if (store.find(org, name)) return problem('name already exists on this account')
  const repository = store.create(org, name, {
    description: text(body.description),
    homepage: text(body.homepage),
    private: body.private === true,
  })
  if (body.auto_init === true) {
    const dir = store.dirOf(org, name)
    const readme = writeObject(dir, 'blob', Buffer.from(`# ${name}\n`))
    const person = {
      name: 'stairway',
      email: 'stairway@users.noreply',
      date: new Date().toISOString(),
    }
    const sha = writeCommit(dir, {
      tree: writeTree(dir, [{ path: 'README.md', mode: '100644', sha: readme }]),
      parents: [],
      author: person,
      committer: person,
      message: 'Initial commit',
    })
    writeRef(dir, 'refs/heads/main', sha)
  }
  return { status: 201, body: repositoryShape(base, repository) }
}

export function listRepositories({ store, base }: Context, org: string): Answer {
  return store.hasOrg(org)
    ? { status: 200, body: store.list(org).map((repository) => repositoryShape(base, repository)) }
    : fail(404, 'Not Found')
}

export function patchRepository({ store, base, repository, body, tell }: Scoped): Answer {
  if (typeof body.archived === 'boolean' && body.archived !== (repository.archived ?? false)) {
    const moved = { ...repository, archived: body.archived }
    store.save(moved)
    tell(moved, [{ name: 'repository', action: body.archived ? 'archived' : 'unarchived' }])
    return { status: 200, body: repositoryShape(base, moved) }
  }
  if (repository.archived) return readOnly()
  const changed = {
    ...repository,
    ...('description' in body ? { description: text(body.description) } : {}),
    ...('homepage' in body ? { homepage: text(body.homepage) } : {}),
  }
  store.save(changed)
  const edits = (['description', 'homepage'] as const).filter(
    (key) => changed[key] !== repository[key],
  )
  if (edits.length > 0) {
    const changes = Object.fromEntries(edits.map((key) => [key, { from: repository[key] }]))
    tell(changed, [{ name: 'repository', action: 'edited', changes }])
  }
  return { status: 200, body: repositoryShape(base, changed) }
}

/** As GitHub refuses every write to an archived repository. */
export function readOnly(): Answer {
  return fail(403, 'Repository was archived so is read-only.')
}

export function deleteRepository({ store, repository, tell }: Scoped): Answer {
  store.remove(repository.org, repository.name)
  tell(repository, [{ name: 'repository', action: 'deleted' }])
  return { status: 204 }
}

export function listBranches({ dir, url, repository }: Scoped): Answer {
  const branches = [...listRefs(dir)].filter(([ref]) => ref.startsWith('refs/heads/'))
  return {
    status: 200,
    body: branches.map(([ref, sha]) => {
      const name = ref.slice('refs/heads/'.length)
      const isProtected = name === 'main' && repository.protection !== null
      return { name, commit: { sha, url: `${url}/commits/${sha}` }, protected: isProtected }
    }),
  }
}

export async function getBranch({ dir, url, rest, repository }: Scoped): Promise<Answer> {
  const branch = rest[1] ?? ''
  const sha = readRef(dir, `refs/heads/${branch}`)
  const commit = sha ? await readCommit(dir, sha) : undefined
  if (!sha || !commit) return fail(404, 'Branch not found')
  const isProtected = branch === 'main' && repository.protection !== null
  return {
    status: 200,
    body: {
      name: branch,
      commit: commitShape(url, sha, commit),
      _links: { self: `${url}/branches/${branch}`, html: `${url}/tree/${branch}` },
      protected: isProtected,
      protection: { enabled: isProtected },
      protection_url: `${url}/branches/${branch}/protection`,
    },
  }
}

export function putProtection({ store, repository, url, rest, body, dir }: Scoped): Answer {
  if (!readRef(dir, `refs/heads/${rest[1]}`)) return fail(404, 'Branch not found')
  for (const key of [
    'required_status_checks',
    'enforce_admins',
    'required_pull_request_reviews',
    'restrictions',
  ]) {
    if (!(key in body)) return fail(422, `Invalid request.\n\n"${key}" wasn't supplied.`)
  }
  store.protect(repository, body)
  return { status: 200, body: protectionShape(url, rest[1] ?? '', body) }
}

export function getProtection({ repository, url, rest }: Scoped): Answer {
  return repository.protection
    ? { status: 200, body: protectionShape(url, rest[1] ?? '', repository.protection) }
    : fail(404, 'Branch not protected')
}

export function deleteProtection({ store, repository }: Scoped): Answer {
  if (!repository.protection) return fail(404, 'Branch not protected')
  store.protect(repository, null)
  return { status: 204 }
}

/** Not GitHub's: a token that reads one repository, named after what reads it; the same name always gets the same token. */
export function putReadToken({ store, repository, rest }: Scoped): Answer {
  const target = rest.slice(1).join('/')
  const token = repository.readTokens[target] ?? `rd_${randomBytes(24).toString('hex')}`
  store.save({ ...repository, readTokens: { ...repository.readTokens, [target]: token } })
  return { status: 200, body: { username: 'flux', password: token } }
}

export function deleteReadToken({ store, repository, rest }: Scoped): Answer {
  if (!Object.hasOwn(repository.readTokens, rest.slice(1).join('/'))) return fail(404, 'Not Found')
  const { [rest.slice(1).join('/')]: _revoked, ...readTokens } = repository.readTokens
  store.save({ ...repository, readTokens })
  return { status: 204 }
}
