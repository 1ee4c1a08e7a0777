import { randomBytes } from 'node:crypto'
import { type Answer, type Call, type Fail, fail } from './answer.ts'
import { compareCommits, isAncestor } from './history.ts'
import {
  listFiles,
  readCommit,
  readObject,
  readRef,
  readTree,
  writeCommit,
  writeObject,
  writeRef,
  writeTree,
} from './objects.ts'
import {
  account,
  commitShape,
  gitCommitShape,
  protectionShape,
  pullShape,
  refShape,
  repositoryShape,
  statusShape,
} from './shapes.ts'
import type { Repository, Store } from './store.ts'

type Context = Call & {
  store: Store
  base: string
  pushed(repository: Repository, ref: string, before: string, after: string): void
}
type Scoped = Context & { repository: Repository; dir: string; url: string; rest: string[] }
type Handler = (scoped: Scoped) => Answer | Promise<Answer>

const ZERO = '0'.repeat(40)

/** The part of GitHub's REST API that octokit uses for us. */
export async function answerApi(context: Context): Promise<Answer> {
  const parts = context.path.split('/').filter(Boolean).map(decodeURIComponent)
  const [area, org = '', name = '', ...rest] = parts
  if (context.path === '/meta')
    return {
      status: 200,
      body: { verifiable_password_authentication: false, installed_version: 'stairway-sandbox' },
    }
  if (context.path === '/user')
    return { status: 200, body: { ...account(context.base, 'stairway', 'User'), name: 'Stairway' } }
  if (area === 'orgs' && name === 'repos')
    return context.method === 'POST'
      ? createRepository(context, org)
      : listRepositories(context, org)
  if (area === 'orgs' && !name)
    return context.store.hasOrg(org)
      ? { status: 200, body: account(context.base, org) }
      : fail(404, 'Not Found')
  if (area !== 'repos') return fail(404, 'Not Found')
  const repository = context.store.find(org, name)
  if (!repository) return fail(404, 'Not Found')
  const scoped: Scoped = {
    ...context,
    repository,
    dir: context.store.dirOf(repository.org, repository.name),
    url: `${context.base}/repos/${repository.org}/${repository.name}`,
    rest,
  }
  const handler = HANDLERS.find(
    (candidate) => candidate.method === context.method && matches(candidate.pattern, rest),
  )
  return handler ? handler.run(scoped) : fail(404, 'Not Found')
}

const HANDLERS: readonly { method: string; pattern: string; run: Handler }[] = [
  {
    method: 'GET',
    pattern: '',
    run: ({ base, repository }) => ({ status: 200, body: repositoryShape(base, repository) }),
  },
  { method: 'PATCH', pattern: '', run: patchRepository },
  {
    method: 'DELETE',
    pattern: '',
    run: ({ store, repository }) => (
      store.remove(repository.org, repository.name), { status: 204 }
    ),
  },
  { method: 'POST', pattern: 'git/blobs', run: createBlob },
  { method: 'POST', pattern: 'git/trees', run: createTree },
  { method: 'GET', pattern: 'git/trees/*', run: getTree },
  { method: 'POST', pattern: 'git/commits', run: createCommit },
  { method: 'GET', pattern: 'git/commits/*', run: getGitCommit },
  { method: 'GET', pattern: 'git/ref/**', run: getRef },
  { method: 'POST', pattern: 'git/refs', run: createRef },
  { method: 'PATCH', pattern: 'git/refs/**', run: updateRef },
  { method: 'GET', pattern: 'commits/*', run: getCommit },
  { method: 'GET', pattern: 'branches/*', run: getBranch },
  { method: 'PUT', pattern: 'branches/*/protection', run: putProtection },
  { method: 'GET', pattern: 'branches/*/protection', run: getProtection },
  { method: 'GET', pattern: 'compare/*', run: compare },
  { method: 'GET', pattern: 'contents/**', run: getContents },
  { method: 'PUT', pattern: 'read-tokens/**', run: putReadToken },
  { method: 'DELETE', pattern: 'read-tokens/**', run: deleteReadToken },
  { method: 'POST', pattern: 'statuses/*', run: createStatus },
  {
    method: 'GET',
    pattern: 'commits/*/statuses',
    run: ({ base, url, repository, rest }) => ({
      status: 200,
      body: repository.statuses
        .filter((status) => status.sha === rest[1])
        .map((status) => statusShape(base, url, status)),
    }),
  },
  { method: 'POST', pattern: 'hooks', run: createHook },
  { method: 'POST', pattern: 'pulls', run: createPull },
  {
    method: 'GET',
    pattern: 'pulls',
    run: ({ url, repository }) => ({
      status: 200,
      body: repository.pulls.map((pull) => pullShape(url, pull)),
    }),
  },
]

function matches(pattern: string, rest: readonly string[]): boolean {
  const wanted = pattern.split('/').filter(Boolean)
  const open = wanted.at(-1) === '**'
  if (open ? rest.length < wanted.length : rest.length !== wanted.length) return false
  return wanted.every((part, index) => part === '**' || part === '*' || part === rest[index])
}

function createRepository({ store, base, body }: Context, org: string): Answer {
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

function listRepositories({ store, base }: Context, org: string): Answer {
  return store.hasOrg(org)
    ? { status: 200, body: store.list(org).map((repository) => repositoryShape(base, repository)) }
    : fail(404, 'Not Found')
}

function patchRepository({ store, base, repository, body }: Scoped): Answer {
  const changed = {
    ...repository,
    ...('description' in body ? { description: text(body.description) } : {}),
    ...('homepage' in body ? { homepage: text(body.homepage) } : {}),
  }
  store.save(changed)
  return { status: 200, body: repositoryShape(base, changed) }
}

/** GitHub refuses the Git data API while a repository has no commit. */
function refuseEmpty({ dir }: Scoped): Fail | undefined {
  return readRef(dir, 'refs/heads/main') ? undefined : fail(409, 'Git Repository is empty.')
}

function createBlob(scoped: Scoped): Answer {
  const refused = refuseEmpty(scoped)
  if (refused) return refused
  const content = Buffer.from(
    String(scoped.body.content ?? ''),
    scoped.body.encoding === 'base64' ? 'base64' : 'utf8',
  )
  const sha = writeObject(scoped.dir, 'blob', content)
  return { status: 201, body: { sha, url: `${scoped.url}/git/blobs/${sha}` } }
}

async function createTree(scoped: Scoped): Promise<Answer> {
  const refused = refuseEmpty(scoped)
  if (refused) return refused
  const { dir, url, body } = scoped
  const entries = Array.isArray(body.tree) ? (body.tree as Record<string, unknown>[]) : []
  if (entries.length === 0) return fail(422, 'Invalid tree info')
  const base = typeof body.base_tree === 'string' ? await listFiles(dir, body.base_tree) : []
  const files = new Map(
    base.map((entry) => [entry.path, { path: entry.path, mode: entry.mode, sha: entry.sha }]),
  )
  for (const entry of entries) {
    const path = String(entry.path)
    if (
      path.startsWith('/') ||
      path
        .split('/')
        .some((part) => part === '' || part === '.' || part === '..' || part === '.git')
    )
      return fail(422, `tree.path contains a malformed path component`)
    if (entry.sha === null) files.delete(path)
    else
      files.set(path, {
        path,
        mode: String(entry.mode),
        sha:
          typeof entry.sha === 'string'
            ? entry.sha
            : writeObject(dir, 'blob', Buffer.from(String(entry.content ?? ''))),
      })
  }
  const sha = writeTree(dir, [...files.values()])
  return { status: 201, body: await treeShape({ dir, url }, sha) }
}

async function getTree({ dir, url, rest }: Scoped): Promise<Answer> {
  const sha = rest[2] ?? ''
  const commit = await readCommit(dir, readRef(dir, `refs/heads/${sha}`) ?? sha)
  const tree = commit?.tree ?? sha
  return (await readObject(dir, tree))
    ? { status: 200, body: await treeShape({ dir, url }, tree) }
    : fail(404, 'Not Found')
}

async function treeShape(
  { dir, url }: { dir: string; url: string },
  sha: string,
): Promise<Record<string, unknown>> {
  const tree = await readTree(dir, sha)
  const shaped = tree.map((entry) => ({
    path: entry.path,
    mode: entry.mode.padStart(6, '0'),
    type: entry.mode === '40000' ? 'tree' : 'blob',
    sha: entry.sha,
    url: `${url}/git/${entry.mode === '40000' ? 'trees' : 'blobs'}/${entry.sha}`,
  }))
  return { sha, url: `${url}/git/trees/${sha}`, truncated: false, tree: shaped }
}

async function createCommit(scoped: Scoped): Promise<Answer> {
  const refused = refuseEmpty(scoped)
  if (refused) return refused
  const { dir, url, body } = scoped
  const tree = String(body.tree ?? '')
  if ((await readObject(dir, tree))?.type !== 'tree') return fail(422, 'Tree SHA does not exist')
  const now = { name: 'stairway', email: 'stairway@users.noreply', date: new Date().toISOString() }
  const author = { ...now, ...(body.author as object | undefined) }
  const commit = {
    tree,
    parents: (body.parents as string[] | undefined) ?? [],
    author,
    committer: { ...author, ...(body.committer as object | undefined) },
    message: String(body.message ?? ''),
  }
  const sha = writeCommit(dir, commit)
  return { status: 201, body: gitCommitShape(url, sha, commit) }
}

async function getGitCommit({ dir, url, rest }: Scoped): Promise<Answer> {
  const commit = await readCommit(dir, rest[2] ?? '')
  return commit
    ? { status: 200, body: gitCommitShape(url, rest[2] ?? '', commit) }
    : fail(404, 'Not Found')
}

async function getCommit({ dir, url, rest }: Scoped): Promise<Answer> {
  const sha = readRef(dir, `refs/heads/${rest[1]}`) ?? rest[1] ?? ''
  const commit = await readCommit(dir, sha)
  return commit
    ? { status: 200, body: commitShape(url, sha, commit) }
    : fail(422, `No commit found for SHA: ${rest[1]}`)
}

function getRef({ dir, url, rest }: Scoped): Answer {
  const ref = `refs/${rest.slice(2).join('/')}`
  const sha = readRef(dir, ref)
  return sha ? { status: 200, body: refShape(url, ref, sha) } : fail(404, 'Not Found')
}

async function createRef({ dir, url, body, repository, pushed }: Scoped): Promise<Answer> {
  const ref = String(body.ref ?? '')
  const sha = String(body.sha ?? '')
  if (!/^refs\/(heads|tags)\/[\w./-]+$/.test(ref)) return fail(422, 'Reference name is not valid')
  if (readRef(dir, ref)) return fail(422, 'Reference already exists')
  if (!(await readCommit(dir, sha))) return fail(422, 'Object does not exist')
  writeRef(dir, ref, sha)
  pushed(repository, ref, ZERO, sha)
  return { status: 201, body: refShape(url, ref, sha) }
}

async function updateRef({ dir, url, body, rest, repository, pushed }: Scoped): Promise<Answer> {
  const ref = `refs/${rest.slice(2).join('/')}`
  const before = readRef(dir, ref)
  const sha = String(body.sha ?? '')
  if (!before) return fail(422, 'Reference does not exist')
  if (!(await readCommit(dir, sha))) return fail(422, 'Object does not exist')
  const forward = await isAncestor(dir, before, sha)
  if (!forward && (body.force !== true || repository.protection))
    return fail(
      422,
      repository.protection
        ? 'Cannot force-push to this protected branch'
        : 'Update is not a fast forward',
    )
  writeRef(dir, ref, sha)
  if (before !== sha) pushed(repository, ref, before, sha)
  return { status: 200, body: refShape(url, ref, sha) }
}

async function getBranch({ dir, url, rest, repository }: Scoped): Promise<Answer> {
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

function putProtection({ store, repository, url, rest, body, dir }: Scoped): Answer {
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

function getProtection({ repository, url, rest }: Scoped): Answer {
  return repository.protection
    ? { status: 200, body: protectionShape(url, rest[1] ?? '', repository.protection) }
    : fail(404, 'Branch not protected')
}

async function compare({ dir, url, rest }: Scoped): Promise<Answer> {
  const [base = '', head = ''] = (rest[1] ?? '').split('...')
  const compared = await compareCommits(
    dir,
    readRef(dir, `refs/heads/${base}`) ?? base,
    readRef(dir, `refs/heads/${head}`) ?? head,
  )
  return compared
    ? {
        status: 200,
        body: { url: `${url}/compare/${rest[1]}`, ...compared, commits: [], files: [] },
      }
    : fail(404, 'Not Found')
}

async function getContents({ dir, url, rest, query }: Scoped): Promise<Answer> {
  const ref = query.get('ref') ?? 'main'
  const commit = await readCommit(dir, readRef(dir, `refs/heads/${ref}`) ?? ref)
  const path = rest.slice(1).join('/')
  const entry = commit
    ? (await listFiles(dir, commit.tree)).find((file) => file.path === path)
    : undefined
  const blob = entry ? await readObject(dir, entry.sha) : undefined
  if (!entry || !blob) return fail(404, 'Not Found')
  const self = `${url}/contents/${path}?ref=${ref}`
  return {
    status: 200,
    body: {
      type: 'file',
      encoding: 'base64',
      size: blob.body.length,
      name: path.split('/').at(-1),
      path,
      content: blob.body.toString('base64'),
      sha: entry.sha,
      url: self,
      git_url: null,
      html_url: null,
      download_url: null,
      _links: { self, git: null, html: null },
    },
  }
}

/** Not GitHub's: a token that reads one repository, named after what reads it; the same name always gets the same token. */
function putReadToken({ store, repository, rest }: Scoped): Answer {
  const target = rest.slice(1).join('/')
  const token = repository.readTokens[target] ?? `rd_${randomBytes(24).toString('hex')}`
  store.save({ ...repository, readTokens: { ...repository.readTokens, [target]: token } })
  return { status: 200, body: { username: 'flux', password: token } }
}

function deleteReadToken({ store, repository, rest }: Scoped): Answer {
  const { [rest.slice(1).join('/')]: _revoked, ...readTokens } = repository.readTokens
  store.save({ ...repository, readTokens })
  return { status: 204 }
}

function createStatus({ store, base, url, repository, rest, body }: Scoped): Answer {
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

function createHook({ store, url, repository, body }: Scoped): Answer {
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

function createPull({ store, url, repository, body, dir }: Scoped): Answer {
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
  return { status: 201, body: pullShape(url, pull) }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
