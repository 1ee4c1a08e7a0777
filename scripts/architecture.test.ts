import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  forbidden: { name: string }[]
  options: ICruiseOptions
}

/** One file that breaks each rule; `what` is put under `where` in a copy of the tree that holds nothing else. */
const PLANTED: Record<string, { where: string; what: string }> = {
  'no-cycles': { where: 'lib/changes/back.ts', what: `import '#lib/changes/planted.ts'` },
  'everything-resolves': { where: 'lib/changes/lost.ts', what: `import './nowhere.ts'` },
  'pure-is-pure': { where: 'lib/changes/pure.ts', what: `import 'node:fs'` },
  'concepts-do-not-know-each-other': {
    where: 'lib/changes/knows.ts',
    what: `import '#lib/cmdb/item.ts'`,
  },
  'cedar-behind-one-file': {
    where: 'lib/entitlements/other.ts',
    what: `import '@cedar-policy/cedar-wasm/nodejs'`,
  },
  'stand-ins-stand-alone': { where: 'sandbox/mail/shares.ts', what: `import '#lib/cmdb/item.ts'` },
  'product-never-imports-stand-ins': {
    where: 'worker/knows.ts',
    what: `import '#sandbox/mail/shares.ts'`,
  },
  'prisma-only-in-stores': {
    where: 'lib/onboarding/reads.ts',
    what: `import '@prisma/adapter-pg'`,
  },
  'vendor-sdk-only-in-its-adapter': { where: 'lib/onboarding/calls.ts', what: `import 'octokit'` },
  'adapters-are-wired-in-one-place': {
    where: 'lib/onboarding/chooses.ts',
    what: `import '#lib/adapters/smtp/mailer.ts'`,
  },
  'commands-see-the-platform-as-a-type': {
    where: 'lib/onboarding/runs.ts',
    what: `import '#lib/runtime/config.ts'`,
  },
  'adapters-know-ports-only': {
    where: 'lib/adapters/smtp/knows.ts',
    what: `import '#lib/runtime/config.ts'`,
  },
  'ports-are-types': { where: 'lib/ports/does.ts', what: `import '#lib/runtime/config.ts'` },
  'lib-never-imports-up': { where: 'lib/runtime/up.ts', what: `import '#components/words.ts'` },
  'next-only-in-app-and-web': { where: 'lib/runtime/renders.ts', what: `import 'react'` },
  'worker-never-loads-web': { where: 'worker/loads.ts', what: `import '#lib/web/log.ts'` },
  'components-are-presentational': {
    where: 'components/reads.tsx',
    what: `import '#lib/runtime/config.ts'`,
  },
  'pages-read-through-queries': { where: 'app/page.tsx', what: `import '#lib/cmdb/store.ts'` },
  'tests-stay-in-tests': { where: 'lib/runtime/tested.ts', what: `import '#lib/testing/help.ts'` },
  'no-orphans': { where: 'lib/runtime/orphan.ts', what: '' },
}
const BYSTANDERS: Record<string, string> = {
  'lib/changes/planted.ts': `import '#lib/changes/back.ts'`,
  'lib/cmdb/item.ts': '',
  'lib/cmdb/store.ts': `import '#lib/cmdb/item.ts'`,
  'lib/adapters/smtp/mailer.ts': '',
  'lib/runtime/config.ts': '',
  'lib/web/log.ts': '',
  'lib/testing/help.ts': '',
  'components/words.ts': '',
}

let folder: string
let found: { from: string; rule: string }[]

beforeAll(async () => {
  folder = mkdtempSync(path.join('/var/tmp', 'stairway-planted-'))
  const files = Object.values(PLANTED).map(({ where, what }) => [where, what] as const)
  for (const [where, what] of [...files, ...Object.entries(BYSTANDERS)]) {
    mkdirSync(path.join(folder, path.dirname(where)), { recursive: true })
    writeFileSync(path.join(folder, where), `${what}\nexport const planted = 1\n`)
  }
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
  for (const [name, text] of [
    ['package.json', '{"type":"module","imports":{"#*":"./*"}}'],
    ['tsconfig.json', '{"compilerOptions":{"allowImportingTsExtensions":true,"noEmit":true}}'],
  ] as const)
    writeFileSync(path.join(folder, name), text)
  found = await violations(folder, ['lib', 'app', 'components', 'worker', 'sandbox'])
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(forbidden.map(({ name }) => name))('a planted violation of %s is found', (name) => {
  const planted = PLANTED[name]
  expect(planted, `no violation is planted for ${name}`).toBeDefined()
  expect(found).toContainEqual({ from: planted?.where, rule: name })
})

async function violations(baseDir: string, roots: string[]): Promise<typeof found> {
  const { output } = await cruise(
    roots,
    {
      ...options,
      preserveSymlinks: true,
      baseDir,
      ruleSet: { forbidden },
      validate: true,
    } as ICruiseOptions,
    undefined,
    { tsConfig: extractTSConfig(path.join(baseDir, 'tsconfig.json')) },
  )
  return (output as ICruiseResult).summary.violations.map(({ from, rule }) => ({
    from,
    rule: rule.name,
  }))
}
