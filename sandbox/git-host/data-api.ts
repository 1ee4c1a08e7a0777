import { type Answer, type Fail, fail } from './answer.ts'
import { changedFiles, compareCommits, isAncestor } from './history.ts'
import { movedEvents, NO_COMMIT } from './hooks.ts'
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
import type { Scoped } from './scoped.ts'
import { commitShape, gitCommitShape, refShape } from './shapes.ts'

/** The one branch that this host protects. */
const PROTECTED = 'refs/heads/main'

/** GitHub refuses the Git data API while a repository has no commit. */
function refuseEmpty({ dir }: Scoped): Fail | undefined {
  return readRef(dir, 'refs/heads/main') ? undefined : fail(409, 'Git Repository is empty.')
}

export function createBlob(scoped: Scoped): Answer {
  const refused = refuseEmpty(scoped)
  if (refused) return refused
  const content = Buffer.from(
    String(scoped.body.content ?? ''),
    scoped.body.encoding === 'base64' ? 'base64' : 'utf8',
  )
  const sha = writeObject(scoped.dir, 'blob', content)
  return { status: 201, body: { sha, url: `${scoped.url}/git/blobs/${sha}` } }
}

export async function createTree(scoped: Scoped): Promise<Answer> {
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

export async function getTree({ dir, url, rest }: Scoped): Promise<Answer> {
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

export async function createCommit(scoped: Scoped): Promise<Answer> {
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

export async function getGitCommit({ dir, url, rest }: Scoped): Promise<Answer> {
  const commit = await readCommit(dir, rest[2] ?? '')
  return commit
    ? { status: 200, body: gitCommitShape(url, rest[2] ?? '', commit) }
    : fail(404, 'Not Found')
}

export async function getCommit({ dir, url, rest }: Scoped): Promise<Answer> {
  const sha = readRef(dir, `refs/heads/${rest[1]}`) ?? rest[1] ?? ''
  const commit = await readCommit(dir, sha)
  return commit
    ? { status: 200, body: commitShape(url, sha, commit) }
    : fail(422, `No commit found for SHA: ${rest[1]}`)
}

export function getRef({ dir, url, rest }: Scoped): Answer {
  const ref = `refs/${rest.slice(2).join('/')}`
  const sha = readRef(dir, ref)
  return sha ? { status: 200, body: refShape(url, ref, sha) } : fail(404, 'Not Found')
}

export async function createRef({ dir, url, body, repository, tell }: Scoped): Promise<Answer> {
  const ref = String(body.ref ?? '')
  const sha = String(body.sha ?? '')
  if (!/^refs\/(heads|tags)\/[\w./-]+$/.test(ref)) return fail(422, 'Reference name is not valid')
  if (readRef(dir, ref)) return fail(422, 'Reference already exists')
  if (!(await readCommit(dir, sha))) return fail(422, 'Object does not exist')
  writeRef(dir, ref, sha)
  tell(repository, movedEvents(ref, NO_COMMIT, sha))
  return { status: 201, body: refShape(url, ref, sha) }
}

export async function updateRef({
  dir,
  url,
  body,
  rest,
  repository,
  tell,
}: Scoped): Promise<Answer> {
  const ref = `refs/${rest.slice(2).join('/')}`
  const before = readRef(dir, ref)
  const sha = String(body.sha ?? '')
  if (!before) return fail(422, 'Reference does not exist')
  if (!(await readCommit(dir, sha))) return fail(422, 'Object does not exist')
  const forward = await isAncestor(dir, before, sha)
  const isProtected = ref === PROTECTED && repository.protection !== null
  if (!forward && (body.force !== true || isProtected))
    return fail(
      422,
      isProtected ? 'Cannot force-push to this protected branch' : 'Update is not a fast forward',
    )
  writeRef(dir, ref, sha)
  if (before !== sha) tell(repository, movedEvents(ref, before, sha))
  return { status: 200, body: refShape(url, ref, sha) }
}

export function deleteRef({ dir, rest, repository, tell }: Scoped): Answer {
  const ref = `refs/${rest.slice(2).join('/')}`
  const before = readRef(dir, ref)
  if (!before) return fail(422, 'Reference does not exist')
  if (ref === PROTECTED) return fail(422, 'Cannot delete the default branch')
  writeRef(dir, ref, null)
  tell(repository, movedEvents(ref, before, NO_COMMIT))
  return { status: 204 }
}

export async function compare({ dir, url, rest }: Scoped): Promise<Answer> {
  const [base, head] = (rest[1] ?? '')
    .split('...')
    .map((name) => readRef(dir, `refs/heads/${name}`) ?? name)
  const compared = await compareCommits(dir, base ?? '', head ?? '')
  if (!compared) return fail(404, 'Not Found')
  const files = compared.status === 'ahead' ? await changedFiles(dir, base ?? '', head ?? '') : []
  const body = { url: `${url}/compare/${rest[1]}`, ...compared, commits: [], files }
  return { status: 200, body }
}

export async function getContents({ dir, url, rest, query }: Scoped): Promise<Answer> {
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
