import { type Answer, fail } from './answer.ts'
import { isAncestor } from './history.ts'
import { movedEvents } from './hooks.ts'
import { type Commit, readCommit, readRef, writeCommit, writeRef } from './objects.ts'
import { mergedTree } from './packed.ts'
import { pullShape } from './pull-shape.ts'
import { type Scoped, text } from './scoped.ts'
import type { PullRequest, Repository } from './store.ts'

const tipOf = (dir: string, branch: string) => readRef(dir, `refs/heads/${branch}`)
const shaped = ({ base, dir, repository }: Scoped, pull: PullRequest) =>
  pullShape({ base, repository, pull, dir })
const invalid = (field: string, message: string) =>
  fail(422, 'Validation Failed', [{ resource: 'PullRequest', code: 'custom', field, message }])

export async function createPull(scoped: Scoped): Promise<Answer> {
  const { body, dir, tell } = scoped
  const head = String(body.head).split(':').at(-1) ?? ''
  const base = String(body.base)
  const [from, to] = [tipOf(dir, head), tipOf(dir, base)]
  if (!from) return invalid('head', 'head is no branch')
  if (!to) return invalid('base', 'base is no branch')
  if (await isAncestor(dir, from, to))
    return invalid('head', `No commits between ${base} and ${head}`)
  const repository = currentOf(scoped)
  const same = repository.pulls.some(
    (pull) => pull.state === 'open' && pull.head === head && pull.base === base,
  )
  if (same) return invalid('head', `A pull request already exists for ${repository.org}:${head}.`)
  const now = new Date().toISOString()
  const pull: PullRequest = {
    number: repository.pulls.length + 1,
    title: String(body.title),
    head,
    base,
    state: 'open',
    body: text(body.body) ?? '',
    createdAt: now,
    updatedAt: now,
  }
  tell(kept(scoped, pull), [{ name: 'pull_request', action: 'opened', pull }])
  return { status: 201, body: shaped(scoped, pull) }
}

/** Open ones by default, the newest first, as GitHub lists. */
export function listPulls(scoped: Scoped): Answer {
  const { repository, query } = scoped
  const state = query.get('state') ?? 'open'
  const [head, base] = [query.get('head')?.split(':').at(-1), query.get('base')]
  const fitting = repository.pulls.filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      (!head || pull.head === head) &&
      (!base || pull.base === base),
  )
  return { status: 200, body: fitting.reverse().map((pull) => shaped(scoped, pull)) }
}

export function getPull(scoped: Scoped): Answer {
  const pull = pullOf(scoped)
  return pull ? { status: 200, body: shaped(scoped, pull) } : fail(404, 'Not Found')
}

/** Title, body and state: closes, or opens again what is not merged. */
export function patchPull(scoped: Scoped): Answer {
  const { body, tell } = scoped
  const pull = pullOf(scoped)
  if (!pull) return fail(404, 'Not Found')
  const state = body.state ?? pull.state
  if (state !== 'open' && state !== 'closed') return invalid('state', 'state is open or closed')
  if (pull.mergedAt && state === 'open')
    return invalid('state', 'state cannot be changed: it is merged')
  const now = new Date().toISOString()
  const changed: PullRequest = {
    ...pull,
    title: text(body.title) ?? pull.title,
    body: text(body.body) ?? pull.body,
    state,
    updatedAt: now,
    closedAt: state === 'open' ? null : (pull.closedAt ?? now),
  }
  const repository = kept(scoped, changed)
  const edits = (['title', 'body'] as const).filter((key) => changed[key] !== pull[key])
  if (edits.length > 0) {
    const changes = Object.fromEntries(edits.map((key) => [key, { from: pull[key] }]))
    tell(repository, [{ name: 'pull_request', action: 'edited', pull: changed, changes }])
  }
  if (changed.state !== pull.state) {
    const action = state === 'open' ? 'reopened' : 'closed'
    tell(repository, [{ name: 'pull_request', action, pull: changed }])
  }
  return { status: 200, body: shaped(scoped, changed) }
}

export function isMerged(scoped: Scoped): Answer {
  return pullOf(scoped)?.mergedAt ? { status: 204 } : fail(404, 'Not Found')
}

/** Merges into the base, by a merge commit or squashed. Reviews, which this host does not keep, count as given. */
export async function mergePull(scoped: Scoped): Promise<Answer> {
  const { dir, body, tell } = scoped
  const pull = pullOf(scoped)
  if (!pull) return fail(404, 'Not Found')
  const [head, into] = [tipOf(dir, pull.head), tipOf(dir, pull.base)]
  if (pull.state !== 'open' || !head || !into) return fail(405, 'Pull Request is not mergeable')
  if (typeof body.sha === 'string' && body.sha !== head)
    return fail(409, 'Head branch was modified. Review and try the merge again.')
  const method = body.merge_method ?? 'merge'
  if (method !== 'merge' && method !== 'squash')
    return fail(405, 'This merge method is not allowed on this repository.')
  const tree = (await isAncestor(dir, into, head))
    ? (await readCommit(dir, head))?.tree
    : await mergedTree(dir, into, head)
  if (!tree) return fail(405, 'Pull Request is not mergeable')
  const parents = method === 'merge' ? [into, head] : [into]
  const sha = writeCommit(dir, { ...mergeFacts(scoped, pull), tree, parents })
  writeRef(dir, `refs/heads/${pull.base}`, sha)
  const now = new Date().toISOString()
  const times = { updatedAt: now, closedAt: now, mergedAt: now }
  const merged: PullRequest = { ...pull, ...times, state: 'closed', headSha: head, mergeSha: sha }
  tell(kept(scoped, merged), [
    ...movedEvents(`refs/heads/${pull.base}`, into, sha),
    { name: 'pull_request', action: 'closed', pull: merged },
  ])
  return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } }
}

function mergeFacts(
  { repository, body }: Scoped,
  pull: PullRequest,
): Pick<Commit, 'author' | 'committer' | 'message'> {
  const date = new Date().toISOString()
  const person = { name: 'stairway', email: 'stairway@users.noreply', date }
  const title =
    text(body.commit_title) ??
    `Merge pull request #${pull.number} from ${repository.org}/${pull.head}`
  const message = `${title}\n\n${text(body.commit_message) ?? pull.title}\n`
  return { author: person, committer: person, message }
}

function pullOf({ repository, rest }: Scoped): PullRequest | undefined {
  return repository.pulls.find((pull) => String(pull.number) === rest[1])
}

/** The repository as it is now: another request may have changed it since this one began. */
function currentOf({ store, repository }: Scoped): Repository {
  return store.find(repository.org, repository.name) ?? repository
}

function kept(scoped: Scoped, pull: PullRequest): Repository {
  const repository = currentOf(scoped)
  const others = repository.pulls.filter(({ number }) => number !== pull.number)
  const pulls = [...others, pull].sort((a, b) => a.number - b.number)
  const changed = { ...repository, pulls }
  scoped.store.save(changed)
  return changed
}
