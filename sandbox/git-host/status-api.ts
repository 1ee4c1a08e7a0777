import { type Answer, fail } from './answer.ts'
import { readCommit, readRef } from './objects.ts'
import { type Scoped, text } from './scoped.ts'
import { account, repositoryShape } from './shapes.ts'
import type { Status } from './store.ts'

const STATES = ['error', 'failure', 'pending', 'success']

export async function createStatus({
  store,
  base,
  url,
  repository,
  rest,
  body,
  dir,
}: Scoped): Promise<Answer> {
  const sha = rest[1] ?? ''
  const state = String(body.state)
  if (!STATES.includes(state))
    return fail(422, 'Validation Failed', [
      {
        resource: 'Status',
        code: 'custom',
        field: 'state',
        message: 'state is not included in the list',
      },
    ])
  if (!(await readCommit(dir, sha))) return fail(422, `No commit found for SHA: ${sha}`)
  const current = store.find(repository.org, repository.name) ?? repository
  const status: Status = {
    id: Math.max(0, ...current.statuses.map(({ id }) => id)) + 1,
    sha,
    state,
    context: String(body.context ?? 'default'),
    description: text(body.description),
    target_url: text(body.target_url),
    created_at: new Date().toISOString(),
  }
  store.save({ ...current, statuses: [...current.statuses, status].slice(-1000) })
  return { status: 201, body: statusShape(base, url, status) }
}

/** Every status of a commit, the newest first. */
export function listStatuses(scoped: Scoped): Answer {
  const { base, url } = scoped
  return { status: 200, body: statusesOf(scoped).map((status) => statusShape(base, url, status)) }
}

/** The newest status of each context, and what they come to together. */
export async function combinedStatus(scoped: Scoped): Promise<Answer> {
  const { base, url, repository, dir } = scoped
  const sha = shaOf(scoped)
  if (!(await readCommit(dir, sha))) return fail(404, 'Not Found')
  const contexts = new Set<string>()
  const newest = statusesOf(scoped).filter(({ context }) => {
    const isNewest = !contexts.has(context)
    contexts.add(context)
    return isNewest
  })
  return {
    status: 200,
    body: {
      state: togetherOf(newest.map(({ state }) => state)),
      sha,
      total_count: newest.length,
      statuses: newest.map((status) => {
        const { creator: _creator, ...shaped } = statusShape(base, url, status)
        return shaped
      }),
      repository: repositoryShape(base, repository),
      commit_url: `${url}/commits/${sha}`,
      url: `${url}/commits/${sha}/status`,
    },
  }
}

function togetherOf(states: readonly string[]): string {
  if (states.some((state) => state === 'error' || state === 'failure')) return 'failure'
  return states.length > 0 && states.every((state) => state === 'success') ? 'success' : 'pending'
}

function statusesOf(scoped: Scoped): Status[] {
  const sha = shaOf(scoped)
  return scoped.repository.statuses.filter((status) => status.sha === sha).reverse()
}

function shaOf({ dir, rest }: Scoped): string {
  const ref = rest[1] ?? ''
  return readRef(dir, `refs/heads/${ref}`) ?? ref
}

/** A commit status in GitHub's shape. */
function statusShape(base: string, url: string, status: Status): Record<string, unknown> {
  return {
    url: `${url}/statuses/${status.sha}`,
    avatar_url: null,
    id: status.id,
    node_id: `SC_${status.id}`,
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: status.created_at,
    updated_at: status.created_at,
    creator: account(base, 'stairway', 'User'),
  }
}
