import { createHmac, randomUUID } from 'node:crypto'
import { readCommit } from './objects.ts'
import { account, repositoryShape } from './shapes.ts'
import type { Repository, Store } from './store.ts'

type Push = { ref: string; before: string; after: string }

/** Tells the hooks of a repository about a push, signed as GitHub signs. One try: a hook that is down misses it. */
export async function deliverPush(
  store: Store,
  base: string,
  repository: Repository,
  { ref, before, after }: Push,
): Promise<void> {
  const hooks = repository.hooks.filter((hook) => hook.active && hook.events.includes('push'))
  if (hooks.length === 0) return
  const commit = await readCommit(store.dirOf(repository.org, repository.name), after)
  const html = `${base}/${repository.org}/${repository.name}`
  const shaped = commit && {
    id: after,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${html}/commit/${after}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: [],
    removed: [],
    modified: [],
  }
  const owner = { ...account(base, repository.org), name: repository.org, email: null }
  const created = Math.floor(Date.parse(repository.createdAt) / 1000)
  const body = JSON.stringify({
    ref,
    before,
    after,
    created: /^0+$/.test(before),
    deleted: /^0+$/.test(after),
    forced: false,
    base_ref: null,
    compare: `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: shaped ? [shaped] : [],
    head_commit: shaped ?? null,
    repository: {
      ...withoutCounts(repositoryShape(base, repository)),
      owner,
      created_at: created,
      pushed_at: created,
      master_branch: 'main',
      organization: repository.org,
      stargazers: 0,
      custom_properties: {},
    },
    pusher: { name: 'stairway', email: 'stairway@users.noreply' },
    sender: account(base, 'stairway', 'User'),
  })
  await Promise.all(
    hooks.map((hook) =>
      fetch(hook.url, {
        method: 'POST',
        body,
        signal: AbortSignal.timeout(10_000),
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'push',
          'x-github-delivery': randomUUID(),
          'x-github-hook-id': String(hook.id),
          'user-agent': 'GitHub-Hookshot/sandbox',
          'x-hub-signature-256': `sha256=${createHmac('sha256', hook.secret).update(body).digest('hex')}`,
        },
      }).catch(() => undefined),
    ),
  )
}

/** A delivered repository lacks two figures that the API's own answer has. */
function withoutCounts({
  subscribers_count: _subscribers,
  network_count: _network,
  ...rest
}: Record<string, unknown>): Record<string, unknown> {
  return rest
}
