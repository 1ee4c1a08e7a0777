import { AdapterError } from '#lib/adapter-error.ts'
import type { CommitSpec, PushedScaffold, RepositoryRef } from '#lib/ports/source-host.ts'
import { type Client, placeOf } from './client.ts'
import { statusOf, untrustedAnswer } from './errors.ts'
import { scaffoldIds } from './git-objects.ts'

type At = { owner: string; repo: string }
type Ids = { tree: string; commit: string }

/** Tree, commit and ref: written together or not at all. */
const WRITES = 3

/**
 * Puts the files on the branch as one root commit whose ids are computed here: the host is asked to store exactly them, and every answer is held to them.
 * Only the commit that the host made with the repository is ever replaced; any other history belongs to somebody.
 */
export async function pushScaffold(
  client: Client,
  ref: RepositoryRef,
  commit: CommitSpec,
): Promise<PushedScaffold> {
  const at = placeOf(ref)
  const ids = scaffoldIds(commit)
  const pushed = { outcome: 'pushed', sha: ids.commit } as const
  const already = { outcome: 'already', sha: ids.commit } as const
  const head = await readHead(client, at, commit.branch)
  if (head === ids.commit) return already
  const standing = await standingOf(client, at, { ours: ids.commit, head })
  if (standing === 'foreign') return { outcome: 'taken', head }
  if (standing === 'descendant') return already
  client.reserve('push scaffold', WRITES)
  await writeTree(client, at, { files: commit.files, id: ids.tree })
  await writeCommit(client, at, { commit, ids })
  await moveBranch(client, at, { branch: commit.branch, from: head, to: ids.commit })
  return pushed
}

async function readHead({ octokit, call }: Client, at: At, branch: string): Promise<string> {
  const operation = 'read branch'
  const read = () => octokit.rest.git.getRef({ ...at, ref: `heads/${branch}` })
  const answer = await call(operation, read).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw error
    throw new AdapterError({
      system: 'github',
      operation,
      reason: 'not_found',
      retryable: true,
      status: 404,
      detail: `no branch ${branch} in ${at.owner}/${at.repo}: either it is not made yet, or the organisation’s default branch has another name`,
    })
  })
  return answer.data.object.sha
}

/** Whose history the branch shows: ours and what came after, the host's own first commit, or somebody's. */
async function standingOf(
  client: Client,
  at: At,
  { ours, head }: { ours: string; head: string },
): Promise<'descendant' | 'auto_made' | 'foreign'> {
  const { octokit, call } = client
  const { data } = await call('read commit', () =>
    octokit.rest.git.getCommit({ ...at, commit_sha: head }),
  )
  if (data.parents.length > 0)
    return (await descends(client, at, { ours, head })) ? 'descendant' : 'foreign'
  const tree = await call('read tree', () =>
    octokit.rest.git.getTree({ ...at, tree_sha: data.tree.sha }),
  )
  const names = tree.data.tree.map(({ path }) => path)
  return names.every((name) => name === 'README.md') ? 'auto_made' : 'foreign'
}

/** Does the head stand on our commit? One that the host does not know, or that is unrelated, compares as 404. */
async function descends(
  { octokit, call }: Client,
  at: At,
  { ours, head }: { ours: string; head: string },
): Promise<boolean> {
  const compare = () =>
    octokit.rest.repos.compareCommitsWithBasehead({
      ...at,
      basehead: `${ours}...${head}`,
      per_page: 1,
    })
  const compared = await call('compare commits', compare).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined
    throw error
  })
  return compared?.data.status === 'ahead'
}

async function writeTree(
  { octokit, call }: Client,
  at: At,
  { files, id }: { files: CommitSpec['files']; id: string },
): Promise<void> {
  const operation = 'write tree'
  const tree = files.map(({ path, mode, content }) => ({
    path,
    mode,
    type: 'blob' as const,
    content,
  }))
  const { data } = await call(operation, () => octokit.rest.git.createTree({ ...at, tree }))
  hold(operation, data.sha, id)
}

async function writeCommit(
  { octokit, call }: Client,
  at: At,
  { commit, ids }: { commit: CommitSpec; ids: Ids },
): Promise<void> {
  const operation = 'write commit'
  const person = { ...commit.author, date: commit.at.toISOString().replace(/\.\d+Z$/, 'Z') }
  const { data } = await call(operation, () =>
    octokit.rest.git.createCommit({
      ...at,
      message: commit.message,
      tree: ids.tree,
      parents: [],
      author: person,
      committer: person,
    }),
  )
  hold(operation, data.sha, ids.commit)
}

/** Moves the branch and looks where it stands: on our commit, or on what somebody put on top of it at once. */
async function moveBranch(
  client: Client,
  at: At,
  { branch, from, to }: { branch: string; from: string; to: string },
): Promise<void> {
  const operation = 'move branch'
  const { octokit, call } = client
  const { data } = await call(operation, () =>
    octokit.rest.git.updateRef({ ...at, ref: `heads/${branch}`, sha: to, force: true }),
  )
  hold(operation, data.object?.sha, to)
  const stands = await readHead(client, at, branch)
  if (stands === to || (await descends(client, at, { ours: to, head: stands }))) return
  if (stands !== from) hold(operation, stands, to)
  throw new AdapterError({
    system: 'github',
    operation,
    reason: 'conflict',
    retryable: true,
    detail: `the Git host said that ${branch} moved to ${to.slice(0, 12)}, and still shows ${from.slice(0, 12)}`,
  })
}

function hold(operation: string, said: unknown, computed: string): void {
  if (said === computed) return
  throw untrustedAnswer(
    operation,
    `the Git host answered with other bytes than we sent: it says ${String(said).slice(0, 40)}, they are ${computed}`,
  )
}
