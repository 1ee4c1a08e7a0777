import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { Service } from 'kubernetes-models/v1/Service'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { aContext, HOSTILE } from './cases/a-context.ts'
import { renderTemplate } from './render.ts'

/** Everything a person could type, in one line each: the templates must build and run with it. */
const TYPED = HOSTILE.filter((text) => text !== '')
  .join(' ')
  .replace(/\p{Cc}/gu, ' ')
const SERVICE = { name: 'ledger-api', title: `Ledger ${TYPED}`, description: TYPED }

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stairway-template-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Renders a template into the test's folder, as the repository's first commit would be. */
function scaffold(name: string, parameters: Record<string, unknown>): void {
  const template = loadBuiltinTemplates('templates').find((entry) => entry.name === name)
  if (!template) throw new Error(`no template ${name}`)
  const rendered = renderTemplate(template, { parameters, context: aContext({ service: SERVICE }) })
  if (!rendered.ok) throw new Error(JSON.stringify(rendered.error))
  for (const file of rendered.value) {
    const full = path.join(folder, file.path)
    mkdirSync(path.dirname(full), { recursive: true })
    writeFileSync(full, file.content, { mode: file.executable ? 0o755 : 0o644 })
  }
}

type Manifest = { scripts: Record<string, string> }

/** Runs the script as npm does, without npm: no dependency is installed, because there is none. */
function script(name: string): string {
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
  const command = manifest.scripts[name]
  if (!command) throw new Error(`package.json has no script ${name}`)
  return command
}

/** Environment of a child: ours would make node --test report to the outer runner. */
function environment(port = 0): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'test',
    PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: folder,
    PORT: String(port),
  }
}

function runTests(): { status: number | null; output: string } {
  const ran = spawnSync('sh', ['-c', script('test')], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    timeout: 60_000,
  })
  return { status: ran.status, output: `${ran.stdout}${ran.stderr}` }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** Starts the rendered service, hands its origin over, and expects it to end by itself on SIGTERM. */
async function whileRunning(use: (origin: string) => Promise<void>): Promise<void> {
  const port = await freePort()
  const child = spawn('sh', ['-c', script('start')], {
    cwd: folder,
    env: environment(port),
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const origin = `http://127.0.0.1:${port}`
  try {
    await answering(origin)
    await use(origin)
  } finally {
    if (child.pid) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
}

async function answering(origin: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const reached = await fetch(origin).then(
      () => true,
      () => false,
    )
    if (reached) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing answers at ${origin}`)
}

describe('the Node.js service', () => {
  beforeEach(() => scaffold('node-http-service', { greeting: TYPED, logLevel: 'info' }))

  test('passes its own tests', () => {
    const { status, output } = runTests()
    expect(output).toMatch(/pass [5-9]/)
    expect(status).toBe(0)
  })

  test('answers with what was typed, and says that it is well', async () => {
    await whileRunning(async (origin) => {
      expect(await (await fetch(origin)).json()).toEqual({ service: 'ledger-api', greeting: TYPED })
      expect((await fetch(`${origin}/healthz`)).status).toBe(200)
      expect((await fetch(`${origin}/readyz?x=1`)).status).toBe(200)
      expect((await fetch(`${origin}/..%2f..%2fetc/passwd`)).status).toBe(404)
    })
  })
})

describe('the static site', () => {
  beforeEach(() => scaffold('static-site', { heading: TYPED }))

  test('builds and passes its own tests', () => {
    const { status, output } = runTests()
    expect(output).toMatch(/pass 3/)
    expect(status).toBe(0)
  })

  test('shows what was typed as text, and nothing outside of its folder', async () => {
    await whileRunning(async (origin) => {
      const page = await (await fetch(origin)).text()
      expect(page).toContain('&lt;script&gt;')
      expect(page).not.toContain('<script>')
      expect((await fetch(`${origin}/style.css`)).headers.get('content-type')).toContain('text/css')
      for (const outside of ['/..%2fsite.json', '/%2e%2e/site.json', '/%00', '/%', '/nothing']) {
        expect((await fetch(`${origin}${outside}`)).status, outside).toBe(404)
      }
      expect((await fetch(origin)).status).toBe(200)
    })
  })
})

const KUSTOMIZE = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0

describe.skipIf(!KUSTOMIZE)('real kustomize', () => {
  test.each([
    ['node-http-service', { greeting: 'Hello', logLevel: 'info' }],
    ['static-site', { heading: 'Welcome' }],
    ['java-spring-boot', { basePackage: 'com.bank.ledger', greeting: 'Hello' }],
  ])('builds the overlays of %s into objects that Kubernetes accepts', (name, parameters) => {
    scaffold(name, parameters)
    for (const { name: overlay, namespace, replicas } of aContext().environments) {
      const built = spawnSync('kubectl', ['kustomize', `deploy/overlays/${overlay}`], {
        cwd: folder,
        encoding: 'utf8',
      })
      expect(built.stderr).toBe('')
      const objects = parseAllDocuments(built.stdout).map(
        (document) => document.toJS() as { kind: string },
      )
      expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Deployment'])
      const [service, deployment] = objects as [object, object]
      new Service(service as ConstructorParameters<typeof Service>[0]).validate()
      new Deployment(deployment as ConstructorParameters<typeof Deployment>[0]).validate()
      expect(deployment).toMatchObject({
        metadata: { name: 'ledger-api', namespace, labels: { environment: overlay } },
        spec: {
          replicas,
          template: { spec: { containers: [{ image: 'ghcr.io/bank/starter:1.0' }] } },
        },
      })
    }
  })
})
