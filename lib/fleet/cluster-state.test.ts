import { expect, test } from 'vitest'
import { CLUSTER_STATES, clusterState, severitiesOf } from './cluster-state.ts'

test('every severity reads as exactly one state, and the filter of that state finds it', () => {
  for (let worst = 0; worst < 100; worst += 1) {
    const matching = CLUSTER_STATES.filter((state) => {
      const range = severitiesOf(state)
      return range && worst >= range.from && worst < range.below
    })
    expect(matching).toEqual([clusterState({ worst, looked: true })])
  }
})

test('a cluster nobody has looked at is joining, and no severity stands for that', () => {
  expect(clusterState({ worst: 0, looked: false })).toBe('joining')
  expect(severitiesOf('joining')).toBeUndefined()
})
