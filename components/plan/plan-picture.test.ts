import { expect, test } from 'vitest'
import { type PlanItem, planPicture } from './plan-picture.ts'

function file(path: string): PlanItem {
  return { place: 'repository', section: 'repository', path, action: 'create', text: path }
}

function object(cluster: string, text: string): PlanItem {
  return {
    place: 'cluster',
    section: 'identity',
    path: 'Namespace/pay-x',
    action: 'create',
    text,
    cluster,
  }
}

test('files stand in folders, folders first, with counts', () => {
  const { nodes } = planPicture([
    file('README.md'),
    file('deploy/base/a.yaml'),
    file('deploy/base/b.yaml'),
  ])
  expect(nodes.map((node) => [node.depth, node.label, node.count])).toEqual([
    [0, 'Repository', '+3'],
    [1, 'deploy', '+2'],
    [2, 'base', '+2'],
    [3, 'a.yaml', '+'],
    [3, 'b.yaml', '+'],
    [1, 'README.md', '+'],
  ])
})

test('clusters that differ only by their own name are folded, others are not', () => {
  const picture = planPicture([
    object('eu-1', 'cluster: eu-1'),
    object('eu-2', 'cluster: eu-2'),
    object('us-1', 'quota: 9'),
  ])
  expect(picture.nodes.filter((node) => node.kind === 'cluster').map((node) => node.label)).toEqual(
    ['eu-1 and 1 more', 'us-1'],
  )
  expect(picture.sameOn['clusters/eu-1']).toEqual(['eu-1', 'eu-2'])
})
