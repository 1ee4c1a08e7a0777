import { createHmac, randomUUID } from 'node:crypto'
import { hookShape } from './hook-shape.ts'
import { readCommit } from './objects.ts'
import { pullShape } from './pull-shape.ts'
import { account, repositoryShape } from './shapes.ts'
import type { Hook, PullRequest, Repository, Store } from './store.ts'

/** What hooks are told, by GitHub's names. */
export type Event =
  | { name: 'push'; ref: string; before: string; after: string }
  | { name: 'create' | 'delete'; ref: string }
  | { name: 'pull_request'; action: 'opened' | 'closed' | 'reopened'; pull: PullRequest }
  | { name: 'pull_request'; action: 'edited'; pull: PullRequest; changes: Changes }
  | { name: 'repository'; action: 'edited'; changes: Changes }
  | { name: 'repository'; action: 'deleted' | 'archived' | 'unarchived' }
  | { name: 'ping'; hook: Hook }

type Changes = Record<string, { from: string | null }>
type Teller = { store: Store; base: string }

export const NO_COMMIT = '0'.repeat(40)

/** What a moved ref is to hooks: a push, and a branch or tag that comes or goes. */
export function movedEvents(ref: string, before: string, after: string): Event[] {
  const push: Event = { name: 'push', ref, before, after }
  if (before === NO_COMMIT) return [{ name: 'create', ref }, push]
  return after === NO_COMMIT ? [{ name: 'delete', ref }, push] : [push]
}

/** Tells the hooks of a repository what happened, in order, signed as GitHub signs. One try: a hook that is down misses it. */
export async function deliver(
  teller: Teller,
  repository: Repository,
  events: readonly Event[],
): Promise<void> {
  for (const event of events) {
    const hooks = repository.hooks.filter((hook) => hears(hook, event))
    if (hooks.length === 0) continue
    const body = JSON.stringify({
      ...(await payloadOf(teller, repository, event)),
      repository: deliveredRepository(teller.base, repository),
      sender: account(teller.base, 'stairway', 'User'),
    })
    await Promise.all(hooks.map((hook) => send(hook, event.name, body)))
  }
}

function hears(hook: Hook, event: Event): boolean {
  if (event.name === 'ping') return event.hook.id === hook.id
  return hook.active && (hook.events.includes(event.name) || hook.events.includes('*'))
}

async function send(hook: Hook, event: string, body: string): Promise<unknown> {
  const signature = createHmac('sha256', hook.secret).update(body).digest('hex')
  return fetch(hook.url, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(10_000),
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': randomUUID(),
      'x-github-hook-id': String(hook.id),
      'user-agent': 'GitHub-Hookshot/sandbox',
      'x-hub-signature-256': `sha256=${signature}`,
    },
  }).catch(() => undefined)
}

async function payloadOf(
  { store, base }: Teller,
  repository: Repository,
  event: Event,
): Promise<Record<string, unknown>> {
  const url = `${base}/repos/${repository.org}/${repository.name}`
  switch (event.name) {
    case 'push':
      return pushPayload({ store, base }, repository, event)
    case 'create':
      return {
        ...refPayload(event.ref),
        master_branch: 'main',
        description: repository.description,
      }
    case 'delete':
      return refPayload(event.ref)
    case 'pull_request': {
      const dir = store.dirOf(repository.org, repository.name)
      const { action, pull } = event
      const shaped = deliveredPull(pullShape({ base, repository, pull, dir }), base, repository)
      const changes = 'changes' in event ? { changes: event.changes } : {}
      return { action, number: pull.number, pull_request: shaped, ...changes }
    }
    case 'repository':
      return { action: event.action, ...('changes' in event ? { changes: event.changes } : {}) }
    case 'ping':
      return {
        zen: 'Keep it logically awesome.',
        hook_id: event.hook.id,
        hook: hookShape(url, event.hook),
      }
  }
}

async function pushPayload(
  { store, base }: Teller,
  repository: Repository,
  { ref, before, after }: { ref: string; before: string; after: string },
): Promise<Record<string, unknown>> {
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
  return {
    ref,
    before,
    after,
    created: before === NO_COMMIT,
    deleted: after === NO_COMMIT,
    forced: false,
    base_ref: null,
    compare: `${html}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: shaped ? [shaped] : [],
    head_commit: shaped ?? null,
    pusher: { name: 'stairway', email: 'stairway@users.noreply' },
  }
}

function refPayload(ref: string): Record<string, unknown> {
  const [, kind, ...name] = ref.split('/')
  return { ref: name.join('/'), ref_type: kind === 'tags' ? 'tag' : 'branch', pusher_type: 'user' }
}

/** A delivered repository differs from the API's: it lacks two figures, and tells times as seconds. */
function deliveredRepository(base: string, repository: Repository): Record<string, unknown> {
  const {
    subscribers_count: _subscribers,
    network_count: _network,
    ...shaped
  } = repositoryShape(base, repository)
  const created = Math.floor(Date.parse(repository.createdAt) / 1000)
  return {
    ...shaped,
    owner: { ...account(base, repository.org), name: repository.org, email: null },
    created_at: created,
    pushed_at: created,
    master_branch: 'main',
    organization: repository.org,
    stargazers: 0,
    custom_properties: {},
  }
}

function deliveredPull(
  shaped: Record<string, unknown>,
  base: string,
  repository: Repository,
): Record<string, unknown> {
  const repo = deliveredRepository(base, repository)
  const side = (name: 'head' | 'base') => ({ ...(shaped[name] as object), repo })
  return { ...shaped, head: side('head'), base: side('base') }
}
