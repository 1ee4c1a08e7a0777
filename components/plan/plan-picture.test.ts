import { expect, test } from 'vitest'
import { foldTargets } from './fold-targets.ts'
import { planFigures } from './plan-figures.ts'
import { type PlanItem, planPicture } from './plan-picture.ts'

const nothing = { files: [], targets: [], records: [], terms: [] }

function item(path: string, text = ''): PlanItem {
  return { section: 'repository', path, action: 'create', text }
}

test('files stand in folders, folders first, with counts', () => {
  const files = [item('README.md'), item('deploy/base/a.yaml'), item('deploy/base/b.yaml')]
  expect(
    planPicture({ ...nothing, files }).nodes.map((node) => [node.depth, node.label, node.count]),
  ).toEqual([
    [0, 'Repository', '+3'],
    [1, 'deploy', '+2'],
    [2, 'base', '+2'],
    [3, 'a.yaml', '+'],
    [3, 'b.yaml', '+'],
    [1, 'README.md', '+'],
  ])
})

test('records stand under their class', () => {
  const { nodes } = planPicture({
    ...nothing,
    records: [item('service/pay/x'), item('service_instance/pay/x/dev/eu-1')],
  })
  expect(nodes.map((node) => node.label)).toEqual([
    'CMDB',
    'service',
    'pay/x',
    'service instance',
    'pay/x/dev/eu-1',
  ])
})

test('what a folded set holds counts once for each of its clusters', () => {
  const set = (...clusters: string[]) => ({ clusters, items: [1, 2, 3] })
  expect(planFigures([set('a', 'b'), set('c')])).toEqual({ objects: 9, targets: 3 })
  expect(planFigures([])).toEqual({ objects: 0, targets: 0 })
})

test('clusters of one environment that differ only by their own name are folded, others are not', () => {
  const loose = (cluster: string, environment: string, text: string) => ({
    cluster,
    own: [cluster, `id-of-${cluster}`],
    environment,
    items: [item('Namespace/x', `${text}\nid: id-of-${cluster}`)],
  })
  const targets = foldTargets([
    loose('eu-1', 'dev', 'on: eu-1'),
    loose('eu-2', 'dev', 'on: eu-2'),
    loose('eu-3', 'dev', 'on: eu-3, larger'),
    loose('eu-4', 'test', 'on: eu-4'),
  ])
  const { nodes, sameOn } = planPicture({ ...nothing, targets })
  expect(nodes.filter((node) => node.kind === 'cluster').map((node) => node.label)).toEqual([
    'eu-1 and 1 more · dev',
    'eu-3 · dev',
    'eu-4 · test',
  ])
  expect(nodes[0]?.count).toBe('4 × 1')
  expect(sameOn['clusters/eu-1 dev']).toEqual(['eu-1', 'eu-2'])
})
