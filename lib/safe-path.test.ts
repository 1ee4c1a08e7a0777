import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { claimPath, isSafePath, newTree } from './safe-path.ts'

test.each([
  'README.md',
  '.github/workflows/ci.yaml',
  'deploy/overlays/prod/kustomization.yaml',
  'a b.txt',
  'src/café.ts',
  '.gitignore',
  '...x',
])('%s is a path that may be written', (good) => {
  expect(isSafePath(good)).toBe(true)
})

test.each([
  ['nothing', ''],
  ['the root', '/'],
  ['an absolute path', '/etc/passwd'],
  ['a step up', '../x'],
  ['a step up inside', 'a/../../x'],
  ['a dot segment', 'a/./b'],
  ['an empty segment', 'a//b'],
  ['a folder', 'a/'],
  ['a backslash', 'a\\..\\b'],
  ['a drive', 'C:/x'],
  ['an alternate stream', 'a:b'],
  ['the repository itself', '.git/config'],
  ['the repository itself in another case', 'a/.GIT/hooks/post-checkout'],
  ['a submodule list', '.gitmodules'],
  ['a device', 'src/CON'],
  ['a device with an ending', 'aux.txt'],
  ['a dot at the end', 'a./b'],
  ['a blank at the end', 'a '],
  ['a control character', 'a\nb'],
  ['a NUL', 'a\0b'],
  ['a right-to-left override', 'a\u202etxt.exe'],
  ['a hidden character', '.g\u200cit/config'],
  ['half a surrogate pair', 'a\ud83d'],
  ['too much', 'a'.repeat(241)],
])('%s is refused', (_, bad) => {
  expect(isSafePath(bad)).toBe(false)
})

test('whatever is accepted stays below the root, on POSIX and on Windows', () => {
  const piece = fc.oneof(
    fc.constantFrom('..', '.', '', '/', '\\', '.git', 'a', '~', 'C:'),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom('/', '', '\\'),
      (pieces, joint) => {
        const given = pieces.join(joint)
        if (!isSafePath(given)) return
        expect(path.posix.resolve('/root/of', given).startsWith('/root/of/')).toBe(true)
        expect(path.win32.resolve('C:\\root\\of', given).startsWith('C:\\root\\of\\')).toBe(true)
        expect(path.posix.normalize(given)).toBe(given)
      },
    ),
    { numRuns: 1000 },
  )
})

test.each([
  [['README.md', 'readme.MD']],
  [['caf\u00e9', 'cafe\u0301']],
  [['a', 'a/b']],
  [['a/b', 'A']],
  [['a/b/c', 'a/B']],
])('%j cannot stand beside each other', ([first = '', second = '']) => {
  const tree = newTree()
  expect(claimPath(tree, first)).toBe(true)
  expect(claimPath(tree, second)).toBe(false)
})

test('files of one folder stand beside each other', () => {
  const tree = newTree()
  expect(['a/b', 'a/c', 'd', 'a.b'].map((file) => claimPath(tree, file))).toEqual([
    true,
    true,
    true,
    true,
  ])
})
