import { expect, test } from 'vitest'
import { createBreaker } from './breaker.ts'

function broken() {
  let time = 0
  const breaker = createBreaker('prod-eu-1', () => time)
  for (let n = 0; n < 5; n += 1) breaker.failed()
  const passes = () => {
    try {
      breaker.check('read')
      return true
    } catch {
      return false
    }
  }
  return {
    breaker,
    passes,
    later(ms: number) {
      time += ms
    },
  }
}

test('five failures in a row open it; before that everything passes', () => {
  const { breaker, passes } = broken()
  expect(passes()).toBe(false)
  breaker.succeeded()
  for (let n = 0; n < 4; n += 1) breaker.failed()
  expect(passes()).toBe(true)
})

test('after its pause exactly one call looks; it opens for all when that succeeds', () => {
  const { breaker, passes, later } = broken()
  later(5001)
  expect([passes(), passes(), passes()]).toEqual([true, false, false])
  breaker.succeeded()
  expect([passes(), passes()]).toEqual([true, true])
})

test('it stays shut for another pause when the look fails, and a look that is lost gives way', () => {
  const { breaker, passes, later } = broken()
  later(5001)
  expect(passes()).toBe(true)
  breaker.failed()
  later(4999)
  expect(passes()).toBe(false)
  later(2)
  expect([passes(), passes()]).toEqual([true, false])
  later(30_001)
  expect([passes(), passes()]).toEqual([true, false])
})
