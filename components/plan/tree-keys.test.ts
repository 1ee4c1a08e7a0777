import { expect, test } from 'vitest'
import { planPicture } from './plan-picture.ts'
import { startOfTree, treeAfterKey, visibleNodes } from './tree-keys.ts'

const files = ['deploy/a.yaml', 'deploy/b.yaml', 'README.md'].map((path) => ({
  section: 'repository',
  path,
  action: 'create',
  text: '',
}))
const { nodes } = planPicture({ files, targets: [], records: [], terms: [] })

function labelAfter(keys: readonly string[]): string | undefined {
  let state = startOfTree(nodes, undefined)
  for (const key of keys) state = treeAfterKey(nodes, state, key) ?? state
  return nodes.find((node) => node.id === state.active)?.label
}

test('folders start closed and open to the right', () => {
  expect(
    visibleNodes(nodes, startOfTree(nodes, undefined).closed).map((node) => node.label),
  ).toEqual(['Repository', 'deploy', 'README.md'])
  expect(labelAfter(['ArrowDown', 'ArrowRight', 'ArrowRight'])).toBe('a.yaml')
})

test('left goes to the folder, then closes it', () => {
  expect(labelAfter(['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowLeft'])).toBe(
    'deploy',
  )
  expect(labelAfter(['ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowDown'])).toBe('README.md')
})

test('home and end go to the first and last row; other keys are not the tree’s', () => {
  expect(labelAfter(['End'])).toBe('README.md')
  expect(labelAfter(['End', 'Home', 'ArrowUp'])).toBe('Repository')
  expect(treeAfterKey(nodes, startOfTree(nodes, undefined), 'x')).toBeUndefined()
})

test('the way to what is shown starts open', () => {
  const shown = nodes.find((node) => node.label === 'b.yaml')
  expect(visibleNodes(nodes, startOfTree(nodes, shown?.id).closed)).toContain(shown)
})
