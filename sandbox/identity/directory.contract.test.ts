import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '#lib/testing/free-port.ts'
import { spawnSandbox } from '#lib/testing/spawn-sandbox.ts'

type Resource = { id: string; userName?: string; displayName?: string; active?: boolean }
type Operation = { op: string; path: string; value?: unknown }

const data = mkdtempSync(path.join(tmpdir(), 'stairway-identity-'))
/** What the application was told, by user name. */
const told = new Map<string, Resource & { members?: { value: string }[] }>()
let application: Server
let port = 0
let own = 0

beforeAll(async () => {
  application = createServer((request, response) => {
    answer(request.method ?? '', request.url ?? '', request).then(
      (body) => response.writeHead(200).end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve))
  const address = application.address()
  port = typeof address === 'object' && address ? address.port : 0
  own = await freePort()
})
afterAll(() => {
  application.close()
  rmSync(data, { recursive: true, force: true })
})

test('who left stays away when the directory is killed and started again; who was moved stays moved', async () => {
  const first = await start()
  await change({ user: 'dana.silva', active: false }, first.ready.url)
  await change({ user: 'ada.okafor', group: 'auditors', member: true }, first.ready.url)
  await expect.poll(() => told.get('dana.silva')?.active).toBe(false)
  await first.kill()

  told.clear()
  const second = await start()
  await expect.poll(() => told.get('auditors')?.members).toHaveLength(2)
  expect(told.get('dana.silva')?.active).toBe(false)
  expect(told.get('ada.okafor')?.active).toBe(true)
  await second.kill()
})

test('a torn file changes nothing: the directory begins with what it began with', async () => {
  writeFileSync(path.join(data, 'directory.json'), '{"active":{"dana.s')
  told.clear()
  const third = await start()
  await expect.poll(() => told.get('auditors')?.members).toHaveLength(1)
  expect(told.get('dana.silva')?.active).toBe(true)
  await third.stop()
})

function start() {
  return spawnSandbox<{ url: string }>('identity', [
    ...['--port', String(own), '--data', data, '--client-secret', 'c'.repeat(32)],
    ...['--scim-token', 's', '--control-token', 'c', '--app-url', `http://127.0.0.1:${port}`],
  ])
}

async function change(body: object, url: string): Promise<void> {
  const answered = await fetch(`${url}/control`, {
    method: 'POST',
    headers: { authorization: 'Bearer c' },
    body: JSON.stringify(body),
  })
  expect(answered.status).toBe(200)
}

/** As much of SCIM as the directory asks of an application. */
async function answer(
  method: string,
  url: string,
  request: Parameters<typeof json>[0],
): Promise<unknown> {
  const { pathname, searchParams } = new URL(url, 'http://application')
  const name = /"(.+)"/.exec(searchParams.get('filter') ?? '')?.[1] ?? ''
  if (method === 'GET') return { Resources: told.has(name) ? [told.get(name)] : [] }
  const body = (await json(request)) as Resource & { Operations?: Operation[] }
  if (method === 'POST') {
    const made = { ...body, id: body.userName ?? body.displayName ?? '' }
    told.set(made.id, made)
    return made
  }
  const known = told.get(pathname.split('/').at(-1) ?? '')
  for (const { path: at, value } of body.Operations ?? [])
    if (known && at === 'active') known.active = value === 'True'
    else if (known) known.members = [...(known.members ?? []), ...(value as { value: string }[])]
  return {}
}
