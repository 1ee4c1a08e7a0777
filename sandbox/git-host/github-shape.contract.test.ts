import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SandboxProcess, spawnSandbox } from '#lib/testing/spawn-sandbox.ts'

type OpenApi = {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >
  components: object
}
const require = createRequire(import.meta.url)
const github = (require('@octokit/openapi') as { schemas: Record<string, OpenApi> }).schemas[
  'api.github.com'
] as OpenApi
const { $schema: _draft, ...webhooks } = require('@octokit/webhooks-schemas') as Record<
  string,
  unknown
>
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
ajv.addSchema({
  $id: 'github',
  ...(withNull({ paths: github.paths, components: github.components }) as object),
})
const webhookAjv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
webhookAjv.addSchema({ ...webhooks, $id: 'webhooks' })

let folder: string
let host: SandboxProcess<{ url: string }>
let listener: Server
const delivered: { body: string; signature: string; event: string }[] = []

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-github-')
  host = await spawnSandbox('git-host', [
    '--port',
    '0',
    '--data',
    path.join(folder, 'git'),
    '--api-token',
    'token',
    '--control-token',
    'control',
  ])
  listener = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      delivered.push({
        body,
        signature: String(request.headers['x-hub-signature-256']),
        event: String(request.headers['x-github-event']),
      })
      response.end()
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  await host?.stop()
  listener?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function call<T extends object>(
  method: string,
  at: string,
  template: string,
  body?: unknown,
): Promise<{ status: number; body: T; wrong: string[] }> {
  const answer = await fetch(`${host.ready.url}${at}`, {
    method,
    headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  const value = (text ? JSON.parse(text) : null) as T
  const operation = github.paths[template]?.[method.toLowerCase()]
  const described = operation?.responses[String(answer.status)]
  if (!described)
    return {
      status: answer.status,
      body: value,
      wrong: [`${template} never answers ${answer.status}`],
    }
  const pointer = `github#/paths/${encodeURIComponent(template.replaceAll('/', '~1'))}/${method.toLowerCase()}/responses/${answer.status}`
  const referred = (described as { $ref?: string }).$ref
  const at2 = referred ? `github${referred}` : pointer
  if (!referred && !described.content?.['application/json'])
    return { status: answer.status, body: value, wrong: [] }
  const validate = ajv.compile({ $ref: `${at2}/content/application~1json/schema` })
  validate(value)
  return {
    status: answer.status,
    body: value,
    wrong: (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`),
  }
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says it by a type. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, ...rest } = value as Record<string, unknown>
  const inner = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, withNull(each)]))
  return nullable === true ? { anyOf: [inner, { type: 'null' }] } : inner
}

const REPO = '/repos/{owner}/{repo}'
const AT = '/repos/payments/ledger'
type Ask = <T extends object>(
  method: string,
  at: string,
  template: string,
  body?: unknown,
) => Promise<T>

async function repositories(ask: Ask): Promise<void> {
  const { port } = listener.address() as AddressInfo
  await ask('POST', '/orgs/payments/repos', '/orgs/{org}/repos', {
    name: 'ledger',
    private: true,
    auto_init: true,
    homepage: 'https://stairway',
  })
  await ask('POST', '/orgs/payments/repos', '/orgs/{org}/repos', { name: 'ledger' })
  await ask('GET', AT, REPO)
  await ask('GET', '/repos/payments/none', REPO)
  await ask('GET', '/orgs/payments/repos', '/orgs/{org}/repos')
  await ask('POST', `${AT}/hooks`, `${REPO}/hooks`, {
    config: { url: `http://127.0.0.1:${port}`, secret: 'shared', content_type: 'json' },
    events: ['push'],
  })
}

async function contents(ask: Ask): Promise<string> {
  const blob = await ask<{ sha: string }>('POST', `${AT}/git/blobs`, `${REPO}/git/blobs`, {
    content: 'hello',
    encoding: 'utf-8',
  })
  const tree = await ask<{ sha: string }>('POST', `${AT}/git/trees`, `${REPO}/git/trees`, {
    tree: [{ path: 'a/hello.txt', mode: '100644', type: 'blob', sha: blob.sha }],
  })
  const commit = await ask<{ sha: string }>('POST', `${AT}/git/commits`, `${REPO}/git/commits`, {
    message: 'Scaffold',
    tree: tree.sha,
    parents: [],
  })
  await ask('PATCH', `${AT}/git/refs/heads/main`, `${REPO}/git/refs/{ref}`, {
    sha: commit.sha,
    force: true,
  })
  await ask('GET', `${AT}/git/ref/heads/main`, `${REPO}/git/ref/{ref}`)
  await ask('GET', `${AT}/commits/${commit.sha}`, `${REPO}/commits/{ref}`)
  await ask('GET', `${AT}/git/commits/${commit.sha}`, `${REPO}/git/commits/{commit_sha}`)
  await ask('GET', `${AT}/git/trees/${tree.sha}`, `${REPO}/git/trees/{tree_sha}`)
  await ask('GET', `${AT}/contents/a/hello.txt`, `${REPO}/contents/{path}`)
  return commit.sha
}

async function collaboration(ask: Ask, sha: string): Promise<void> {
  const rules = {
    required_status_checks: null,
    enforce_admins: true,
    required_pull_request_reviews: null,
    restrictions: null,
  }
  await ask('PUT', `${AT}/branches/main/protection`, `${REPO}/branches/{branch}/protection`, rules)
  await ask('GET', `${AT}/branches/main/protection`, `${REPO}/branches/{branch}/protection`)
  await ask('GET', `${AT}/branches/main`, `${REPO}/branches/{branch}`)
  await ask('POST', `${AT}/statuses/${sha}`, `${REPO}/statuses/{sha}`, {
    state: 'success',
    context: 'ci',
  })
  await ask('POST', `${AT}/git/refs`, `${REPO}/git/refs`, { ref: 'refs/heads/work', sha })
  await ask('POST', `${AT}/pulls`, `${REPO}/pulls`, { title: 'Work', head: 'work', base: 'main' })
}

test('what it answers is what GitHub describes, from an empty organisation to a protected branch', async () => {
  const seen: Record<string, string[]> = {}
  const ask: Ask = async <T extends object>(
    method: string,
    at: string,
    template: string,
    body?: unknown,
  ) => {
    const answer = await call<T>(method, at, template, body)
    seen[`${method} ${template} ${answer.status}`] = answer.wrong
    return answer.body
  }
  await repositories(ask)
  await collaboration(ask, await contents(ask))
  expect(Object.keys(seen).length).toBeGreaterThan(18)
  expect(Object.entries(seen).filter(([, wrong]) => wrong.length > 0)).toEqual([])
})

test('a push is told as GitHub tells it, signed with the hook’s secret', async () => {
  await expect.poll(() => delivered.length).toBeGreaterThan(0)
  const [push] = delivered
  const validate = webhookAjv.compile({ $ref: 'webhooks#/definitions/push$event' })
  validate(JSON.parse(push?.body ?? '{}'))
  expect(
    (validate.errors ?? []).map(
      (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    ),
  ).toEqual([])
  expect(push).toMatchObject({
    event: 'push',
    signature: `sha256=${createHmac('sha256', 'shared')
      .update(push?.body ?? '')
      .digest('hex')}`,
  })
})
