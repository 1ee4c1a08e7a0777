import { randomBytes } from 'node:crypto'
import { type Answer, type Fail, fail } from './answer.ts'
import { readCommit, readRef, writeCommit, writeObject, writeRef, writeTree } from './objects.ts'
import { pullShape } from './pull-shape.ts'
import { type Context, type Scoped, text } from './scoped.ts'
import { commitShape, protectionShape, repositoryShape, statusShape } from './shapes.ts'

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

export function patchRepository({ store, base, repository, body }: Scoped): Answer {
  const changed = {
    ...repository,
    ...('description' in body ? { description: text(body.description) } : {}),
    ...('homepage' in body ? { homepage: text(body.homepage) } : {}),
  }
  store.save(changed)
  return { status: 200, body: repositoryShape(base, changed) }
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

/** Not GitHub's: a token that reads one repository, named after what reads it; the same name always gets the same token. */
export function putReadToken({ store, repository, rest }: Scoped): Answer {
  const target = rest.slice(1).join('/')
  const token = repository.readTokens[target] ?? `rd_${randomBytes(24).toString('hex')}`
  store.save({ ...repository, readTokens: { ...repository.readTokens, [target]: token } })
  return { status: 200, body: { username: 'flux', password: token } }
}

export function deleteReadToken({ store, repository, rest }: Scoped): Answer {
  const { [rest.slice(1).join('/')]: _revoked, ...readTokens } = repository.readTokens
  store.save({ ...repository, readTokens })
  return { status: 204 }
}

export function createStatus({ store, base, url, repository, rest, body }: Scoped): Answer {
  const status = {
    id: repository.statuses.length + 1,
    sha: rest[1] ?? '',
    state: String(body.state),
    context: String(body.context ?? 'default'),
    description: text(body.description),
    target_url: text(body.target_url),
    created_at: new Date().toISOString(),
  }
  store.save({ ...repository, statuses: [...repository.statuses, status].slice(-1000) })
  return { status: 201, body: statusShape(base, url, status) }
}

export function createHook({ store, url, repository, body }: Scoped): Answer {
  const config = (body.config ?? {}) as { url?: string; secret?: string; content_type?: string }
  if (!config.url) return fail(422, 'Validation Failed')
  const hook = {
    id: repository.hooks.length + 1,
    url: config.url,
    secret: config.secret ?? '',
    events: (body.events as string[] | undefined) ?? ['push'],
    active: body.active !== false,
  }
  store.save({ ...repository, hooks: [...repository.hooks, hook] })
  const at = `${url}/hooks/${hook.id}`
  return {
    status: 201,
    body: {
      type: 'Repository',
      id: hook.id,
      name: 'web',
      active: hook.active,
      events: hook.events,
      config: { url: hook.url, content_type: config.content_type ?? 'json' },
      updated_at: repository.createdAt,
      created_at: repository.createdAt,
      url: at,
      test_url: `${at}/test`,
      ping_url: `${at}/pings`,
      deliveries_url: `${at}/deliveries`,
      last_response: { code: null, status: 'unused', message: null },
    },
  }
}

export function createPull({ store, base, repository, body, dir }: Scoped): Answer {
  if (!readRef(dir, `refs/heads/${String(body.head)}`))
    return fail(422, 'Validation Failed', [
      { resource: 'PullRequest', field: 'head', code: 'invalid', message: '' },
    ])
  const pull = {
    number: repository.pulls.length + 1,
    title: String(body.title),
    head: String(body.head),
    base: String(body.base),
    state: 'open' as const,
    body: text(body.body) ?? '',
  }
  store.save({ ...repository, pulls: [...repository.pulls, pull] })
  return {
    status: 201,
    body: pullShape({
      base,
      repository,
      pull,
      sha: (branch) => readRef(dir, `refs/heads/${branch}`) ?? '',
    }),
  }
}
