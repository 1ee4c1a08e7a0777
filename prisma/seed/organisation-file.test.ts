import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readOrganisation } from './organisation-file.ts'

const EXAMPLE = readFileSync(
  path.resolve(import.meta.dirname, '../../docs/organisation.example.yaml'),
  'utf8',
)

/** The example with one piece of its text exchanged; the piece must be there. */
function exampleWith(...exchanges: [string, string][]): string {
  return exchanges.reduce((text, [piece, other]) => {
    if (!text.includes(piece)) throw new Error(`the example has no ${piece}`)
    return text.replace(piece, other)
  }, EXAMPLE)
}

function problemsOf(text: string): string[] {
  const read = readOrganisation(text)
  return read.ok ? [] : read.problems
}

test('the example of the documentation is read, with what it leaves out', () => {
  const read = readOrganisation(EXAMPLE)
  expect(read).toMatchObject({
    ok: true,
    organisation: {
      environments: [{ production: false }, { production: false }, { production: true }],
      tenants: [{ costCodes: [{ chargeable: true, validTo: null }] }, { slug: 'lending' }],
    },
  })
})

test('every problem is listed at once, each with its place', () => {
  const wrong = exampleWith(
    ['issuer: https://login.bank.example', 'issuer: login.bank.example\nowner: somebody'],
    ['prefix: pay', 'prefix: PAY'],
    ['maxDataClass: 2', 'maxDataClass: 7'],
    ['auditor: [it-auditors]', 'auditor: []'],
    ['validFrom: 2026-01-01', 'validFrom: sometime'],
    ['owner: [lending-owners]', 'boss: [lending-owners]'],
  )
  expect(
    problemsOf(wrong)
      .map((problem) => problem.split(':')[0])
      .sort(),
  ).toEqual([
    'issuer',
    'owner',
    'platform.groups.auditor',
    'tenants.0.costCodes.0.validFrom',
    'tenants.0.prefix',
    'tenants.1.groups.boss',
    'tenants.1.groups.owner',
    'tenants.1.maxDataClass',
  ])
})

test.each<[string, [string, string][], string]>([
  ['a tenant twice', [['slug: lending', 'slug: payments']], 'tenants: the slug `payments`'],
  ['a prefix twice', [['prefix: len', 'prefix: pay']], 'tenants: the prefix `pay`'],
  ['a cost code twice', [['CC-51020', 'CC-40718']], 'tenants: the cost code `CC-40718`'],
  ['an environment twice', [['name: test', 'name: dev']], 'environments: the name `dev`'],
  [
    'an environment that is not there',
    [['[dev, prod]', '[dev, live]']],
    'tenants.1.environments: `live`',
  ],
  [
    'no quota for an environment',
    [['[dev, prod]', '[dev, prod, test]']],
    'tenants.1.quotas: says nothing about `test`',
  ],
  [
    'a quota for another environment',
    [['[dev, prod]', '[dev]']],
    'tenants.1.quotas: `prod` is none',
  ],
  [
    'approvers who are none',
    [['changeApprovers: change-approvers', 'changeApprovers: others']],
    'platform.changeApprovers: `others`',
  ],
  [
    'production alone',
    [
      ['name: dev\n', 'name: dev\n    production: true\n'],
      ['name: test\n', 'name: test\n    production: true\n'],
    ],
    'environments: none is for anything',
  ],
  [
    'a cost code that ends before it begins',
    [['validFrom: 2026-01-01', 'validFrom: 2026-01-01, validTo: 2025-01-01']],
    'tenants.0.costCodes: `CC-40718` ends',
  ],
  ['the platform as a tenant', [['slug: lending', 'slug: platform']], 'tenants.1.slug'],
])('%s does not fit together', (_, exchanges, told) => {
  expect(problemsOf(exampleWith(...exchanges))).toContainEqual(expect.stringContaining(told))
})

test('text that is no YAML is told by its line', () => {
  expect(problemsOf('issuer: [\n')).toEqual([expect.stringMatching(/line \d/)])
  expect(problemsOf('a: 1\na: 2\n')).toEqual([expect.stringContaining('unique')])
  expect(problemsOf('')).toEqual([expect.stringContaining('the file')])
})
