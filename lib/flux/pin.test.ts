import { expect, test } from 'vitest'
import { aTarget } from './cases/a-target.ts'
import { branchOf, withCommit } from './pin.ts'
import { commitOf } from './readiness.ts'
import { parseTenantObject, renderTenantSet } from './tenant-set.ts'

const COMMIT = 'a'.repeat(40)
const source = renderTenantSet(aTarget()).find(({ kind }) => kind === 'GitRepository')?.yaml ?? ''

test('pinned, only the commit is added beside the branch', () => {
  const pinned = withCommit(source, COMMIT)
  const lines = pinned.split('\n')
  expect(lines.filter((line) => !source.split('\n').includes(line))).toEqual([
    `    commit: ${COMMIT}`,
  ])
  expect(source.split('\n').filter((line) => !lines.includes(line))).toEqual([])
  expect(parseTenantObject(pinned).spec).toMatchObject({ ref: { branch: 'main', commit: COMMIT } })
})

test('followed again, it is byte for byte what it was', () => {
  expect(withCommit(withCommit(source, COMMIT), null)).toBe(source)
  expect(withCommit(source, null)).toBe(source)
})

test('pinned twice, the last commit counts', () => {
  const other = 'b'.repeat(40)
  expect(withCommit(withCommit(source, COMMIT), other)).toBe(withCommit(source, other))
})

test('digits alone stay text, so that no cluster reads a number', () => {
  const digits = '1234567890'.repeat(4)
  const exponent = `${'1'.repeat(20)}e${'2'.repeat(19)}`
  for (const commit of [digits, exponent])
    expect(parseTenantObject(withCommit(source, commit)).spec).toMatchObject({ ref: { commit } })
})

test('the branch of a pinned source is known', () => {
  expect(branchOf(withCommit(source, COMMIT))).toBe('main')
})

test.each([
  ['branch and commit', `main@sha1:${COMMIT}`],
  ['a commit alone', `sha1:${COMMIT}`],
])('Flux’s revision of %s is read', (_, revision) => {
  expect(commitOf(revision)).toBe(COMMIT)
})
