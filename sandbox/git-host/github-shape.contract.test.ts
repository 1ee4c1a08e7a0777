import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOOK_SECRET, type Json, type TestGitHost, testGitHost } from '#lib/testing/git-host.ts'
import { wrongInAnswer, wrongInDelivery, wrongInError } from '#lib/testing/github-description.ts'
import type { Fault } from './faults.ts'

const REPO = '/repos/{owner}/{repo}'
const AT = '/repos/payments/ledger'
const EVENTS = ['push', 'create', 'delete', 'pull_request', 'repository']

let host: TestGitHost
/** What was not as described, by operation and status. */
const seen = new Map<string, string[]>()

beforeAll(async () => {
  host = await testGitHost()
})

afterAll(() => host?.close())

/** Asks, holds the answer to GitHub's description, and answers status and body. */
async function ask(
  method: string,
  at: string,
  template: string,
  body?: object,
): Promise<{ status: number; body: Json }> {
  const answer = await host.api(method, at, body)
  seen.set(`${method} ${template} ${answer.status}`, wrongInAnswer({ method, template }, answer))
  return answer
}

async function shaOf(method: string, at: string, template: string, body?: object): Promise<string> {
  return String((await ask(method, at, template, body)).body.sha)
}

/** A commit by the data API; answers its id. */
async function commitOf(
  files: Record<string, string>,
  parents: readonly string[],
): Promise<string> {
  const tree = Object.entries(files).map(([path, content]) => ({
    path,
    mode: '100644',
    type: 'blob',
    content,
  }))
  const made = await shaOf('POST', `${AT}/git/trees`, `${REPO}/git/trees`, { tree })
  const commit = { message: 'Work', tree: made, parents }
  return shaOf('POST', `${AT}/git/commits`, `${REPO}/git/commits`, commit)
}

async function branchAt(name: string, sha: string): Promise<void> {
  await ask('POST', `${AT}/git/refs`, `${REPO}/git/refs`, { ref: `refs/heads/${name}`, sha })
}

const pullAt = (number: number | string, rest = '') => `${AT}/pulls/${number}${rest}`
const PULL = `${REPO}/pulls/{pull_number}`

async function repositories(): Promise<void> {
  const named = { name: 'ledger', private: true, auto_init: true, homepage: 'https://stairway' }
  await ask('POST', '/orgs/payments/repos', '/orgs/{org}/repos', named)
  await ask('POST', '/orgs/payments/repos', '/orgs/{org}/repos', { name: 'ledger' })
  await ask('GET', AT, REPO)
  await ask('GET', '/repos/payments/none', REPO)
  await ask('GET', '/orgs/payments/repos', '/orgs/{org}/repos')
  const config = { url: host.hookUrl, secret: HOOK_SECRET, content_type: 'json' }
  await ask('POST', `${AT}/hooks`, `${REPO}/hooks`, { config, events: EVENTS })
  await ask('POST', `${AT}/hooks`, `${REPO}/hooks`, { config: { url: 'nowhere' } })
  await ask('GET', `${AT}/hooks`, `${REPO}/hooks`)
  await ask('GET', `${AT}/hooks/1`, `${REPO}/hooks/{hook_id}`)
  await ask('GET', `${AT}/hooks/7`, `${REPO}/hooks/{hook_id}`)
  await ask('PATCH', AT, REPO, { description: 'The ledger' })
}

async function contents(): Promise<string> {
  const blob = { content: 'hello', encoding: 'utf-8' }
  await ask('POST', `${AT}/git/blobs`, `${REPO}/git/blobs`, blob)
  await ask('POST', `${AT}/git/trees`, `${REPO}/git/trees`, { tree: [] })
  await ask('POST', `${AT}/git/commits`, `${REPO}/git/commits`, { message: 'x', tree: 'none' })
  const sha = await commitOf({ 'a/hello.txt': 'hello' }, [])
  const REF = `${REPO}/git/refs/{ref}`
  await ask('PATCH', `${AT}/git/refs/heads/main`, REF, { sha })
  await ask('PATCH', `${AT}/git/refs/heads/main`, REF, { sha, force: true })
  await ask('GET', `${AT}/git/ref/heads/main`, `${REPO}/git/ref/{ref}`)
  await ask('GET', `${AT}/git/ref/heads/none`, `${REPO}/git/ref/{ref}`)
  await ask('GET', `${AT}/commits/${sha}`, `${REPO}/commits/{ref}`)
  await ask('GET', `${AT}/commits/none`, `${REPO}/commits/{ref}`)
  await ask('GET', `${AT}/git/commits/${sha}`, `${REPO}/git/commits/{commit_sha}`)
  await ask('GET', `${AT}/git/commits/none`, `${REPO}/git/commits/{commit_sha}`)
  const tree = await ask('GET', `${AT}/git/trees/${sha}`, `${REPO}/git/trees/{tree_sha}`)
  await ask('GET', `${AT}/git/trees/${tree.body.sha}`, `${REPO}/git/trees/{tree_sha}`)
  await ask('GET', `${AT}/contents/a/hello.txt`, `${REPO}/contents/{path}`)
  await ask('GET', `${AT}/contents/none`, `${REPO}/contents/{path}`)
  await ask('GET', `${AT}/compare/main...none`, `${REPO}/compare/{basehead}`)
  return sha
}

async function branches(sha: string): Promise<void> {
  const PROTECTION = `${REPO}/branches/{branch}/protection`
  const rules = {
    ...{ required_status_checks: null, enforce_admins: true, restrictions: null },
    required_pull_request_reviews: { required_approving_review_count: 1 },
  }
  await ask('GET', `${AT}/branches/main/protection`, PROTECTION)
  await ask('PUT', `${AT}/branches/main/protection`, PROTECTION, {})
  await ask('PUT', `${AT}/branches/main/protection`, PROTECTION, rules)
  await ask('GET', `${AT}/branches/main/protection`, PROTECTION)
  await ask('GET', `${AT}/branches/main`, `${REPO}/branches/{branch}`)
  await ask('GET', `${AT}/branches/none`, `${REPO}/branches/{branch}`)
  await ask('GET', `${AT}/branches`, `${REPO}/branches`)
  await branchAt('going', sha)
  await branchAt('going', sha)
  await ask('DELETE', `${AT}/git/refs/heads/going`, `${REPO}/git/refs/{ref}`)
  await ask('DELETE', `${AT}/git/refs/heads/going`, `${REPO}/git/refs/{ref}`)
  await ask('DELETE', `${AT}/branches/main/protection`, PROTECTION)
}

async function statuses(sha: string): Promise<void> {
  const put = (at: string, state: string, context: string) =>
    ask('POST', `${AT}/statuses/${at}`, `${REPO}/statuses/{sha}`, { state, context })
  await put(sha, 'failure', 'ci')
  await put(sha, 'success', 'ci')
  await put(sha, 'pending', 'scan')
  expect((await host.api('POST', `${AT}/statuses/${sha}`, { state: 'fine' })).status).toBe(422)
  expect((await host.api('POST', `${AT}/statuses/none`, { state: 'success' })).status).toBe(422)
  const listed = await ask('GET', `${AT}/commits/main/statuses`, `${REPO}/commits/{ref}/statuses`)
  expect((listed.body as unknown as { state: string }[]).map(({ state }) => state)).toEqual([
    'pending',
    'success',
    'failure',
  ])
  const combined = () => ask('GET', `${AT}/commits/${sha}/status`, `${REPO}/commits/{ref}/status`)
  expect((await combined()).body).toMatchObject({ state: 'pending', total_count: 2 })
  await put(sha, 'success', 'scan')
  expect((await combined()).body).toMatchObject({ state: 'success', total_count: 2, sha })
  await ask('GET', `${AT}/commits/none/status`, `${REPO}/commits/{ref}/status`)
}

async function pulls(sha: string): Promise<void> {
  const open = (head: string) =>
    ask('POST', `${AT}/pulls`, `${REPO}/pulls`, { title: head, head, base: 'main' })
  await branchAt('work', await commitOf({ 'a/hello.txt': 'hello', b: 'work' }, [sha]))
  await branchAt('clash', await commitOf({ 'a/hello.txt': 'clash' }, [sha]))
  await branchAt('idle', sha)
  for (const head of ['work', 'work', 'clash', 'idle', 'none']) await open(head)
  const listed = await ask('GET', `${AT}/pulls`, `${REPO}/pulls`)
  expect((listed.body as unknown as { number: number }[]).map(({ number }) => number)).toEqual([
    2, 1,
  ])
  await ask('GET', pullAt(1), PULL)
  await ask('GET', pullAt(7), PULL)
  await ask('PATCH', pullAt(2), PULL, { title: 'Clash', state: 'closed' })
  await ask('PATCH', pullAt(2), PULL, { state: 'open' })
  await ask('GET', pullAt(1, '/merge'), `${PULL}/merge`)
  await ask('PUT', pullAt(1, '/merge'), `${PULL}/merge`, { sha })
  await ask('PUT', pullAt(1, '/merge'), `${PULL}/merge`, { merge_method: 'merge' })
  await ask('GET', pullAt(1, '/merge'), `${PULL}/merge`)
  await ask('PATCH', pullAt(1), PULL, { state: 'open' })
  const main = await commitOf({ 'a/hello.txt': 'main', b: 'work' }, [await headOfMain()])
  await ask('PATCH', `${AT}/git/refs/heads/main`, `${REPO}/git/refs/{ref}`, { sha: main })
  await ask('PUT', pullAt(2, '/merge'), `${PULL}/merge`, {})
}

async function headOfMain(): Promise<string> {
  const { body } = await host.api('GET', `${AT}/git/ref/heads/main`)
  return (body.object as { sha: string }).sha
}

test('what it answers is what GitHub describes, refusals too, from an empty organisation to a merge that conflicts', async () => {
  await repositories()
  const sha = await contents()
  await branches(sha)
  await statuses(sha)
  await pulls(sha)
  await ask('POST', '/orgs/payments/repos', '/orgs/{org}/repos', { name: 'bare' })
  const empty = { content: 'x', encoding: 'utf-8' }
  await ask('POST', '/repos/payments/bare/git/blobs', `${REPO}/git/blobs`, empty)
  await ask('DELETE', AT, REPO)
  const statusesSeen = new Set([...seen.keys()].map((key) => key.split(' ').at(-1)))
  expect([...statusesSeen].sort()).toEqual(['200', '201', '204', '404', '405', '409', '422'])
  expect([...seen].filter(([, wrong]) => wrong.length > 0)).toEqual([])
  expect(seen.size).toBeGreaterThan(55)
})

test('its limits and outages have GitHub’s shape, with the headers that say how long', async () => {
  const under = async (fault: Fault) => {
    await host.faults(fault)
    const answer = await fetch(`${host.url}/orgs/payments/repos`, { method: 'POST' })
    await host.faults()
    return {
      status: answer.status,
      headers: answer.headers,
      body: (await answer.json()) as unknown,
    }
  }
  const primary = await under({ kind: 'rate_limited' })
  const template = '/orgs/{org}/repos'
  expect([primary.status, wrongInAnswer({ method: 'POST', template }, primary)]).toEqual([403, []])
  expect(primary.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(Number(primary.headers.get('x-ratelimit-reset'))).toBeGreaterThan(0)
  const secondary = await under({ kind: 'secondary_rate_limit', retryAfter: 9 })
  expect([secondary.status, wrongInError(secondary.body)]).toEqual([429, []])
  expect(secondary.headers.get('retry-after')).toBe('9')
  const outage = await under({ kind: 'server_error' })
  expect([outage.status, wrongInError(outage.body)]).toEqual([502, []])
})

/** Every event that the walk above gives rise to, in its order, by GitHub's name and action. */
const TOLD = [
  'ping',
  'repository edited',
  'push',
  'create',
  'push',
  'delete',
  'push',
  'create',
  'push',
  'create',
  'push',
  'create',
  'push',
  'pull_request opened',
  'pull_request opened',
  'pull_request edited',
  'pull_request closed',
  'pull_request reopened',
  'push',
  'pull_request closed',
  'push',
  'repository deleted',
]

test('what happened is told as GitHub tells it, each signed with the hook’s secret', async () => {
  const names = () =>
    host.delivered.map(({ event, body }) => [event, body.action].filter(Boolean).join(' '))
  await expect.poll(() => names().sort()).toEqual(TOLD.toSorted())
  const wrong = host.delivered.flatMap(({ event, body }) =>
    wrongInDelivery(`${event}$${body.action ?? 'event'}`, body).map((each) => `${event}: ${each}`),
  )
  expect(wrong).toEqual([])
  for (const { text, signature } of host.delivered)
    expect(signature).toBe(`sha256=${createHmac('sha256', HOOK_SECRET).update(text).digest('hex')}`)
  const merged = host.delivered.filter(
    ({ body }) => (body.pull_request as Json | undefined)?.merged,
  )
  expect(merged.map(({ body }) => [body.action, body.number])).toEqual([['closed', 1]])
})
