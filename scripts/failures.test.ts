import { expect, test } from 'vitest'
import { browserFailures, secondTries, vitestFailures } from './failures.mjs'

test('a failed test is named with the first lines of what it said, without colours', () => {
  const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n')
  const report = {
    testResults: [
      {
        name: 'a.test.ts',
        status: 'failed',
        assertionResults: [
          { fullName: 'holds', status: 'passed' },
          {
            fullName: 'breaks',
            status: 'failed',
            failureMessages: [`\u001b[31mno\u001b[39m\n\n${long}`],
          },
        ],
      },
      { name: 'b.test.ts', status: 'failed', message: 'cannot be loaded', assertionResults: [] },
      { name: 'c.test.ts', status: 'passed', assertionResults: [] },
    ],
  }
  const [first = '', second, ...more] = vitestFailures(report)
  expect(first.split('\n').slice(0, 3)).toEqual(['a.test.ts: breaks', '    no', '    line 0'])
  expect(first.split('\n')).toHaveLength(25)
  expect(second).toBe('b.test.ts\n    cannot be loaded')
  expect(more).toEqual([])
})

test('of the browser’s tests the last try counts, however deep it lies', () => {
  const failed = {
    ...{ ok: false, file: 'x.spec.ts', line: 3, title: 'opens' },
    tests: [{ results: [{ errors: [] }, { errors: [{ message: 'Test timeout of 90000ms' }] }] }],
  }
  const fine = { ok: true, file: 'x.spec.ts', line: 9, title: 'closes', tests: [] }
  const report = { suites: [{ suites: [{ specs: [failed, fine] }] }] }
  expect(browserFailures(report)).toEqual(['x.spec.ts:3: opens\n    Test timeout of 90000ms'])
})

test('what passed only at its second try is named with what the first one met', () => {
  const results = [{ errors: [{ message: 'color-contrast' }] }, { errors: [] }]
  const late = {
    ...{ ok: true, file: 'x.spec.ts', line: 3, title: 'opens' },
    tests: [{ status: 'flaky', results }],
  }
  const fine = {
    ...{ ok: true, file: 'x.spec.ts', line: 9, title: 'closes' },
    tests: [{ status: 'expected', results: [{ errors: [] }] }],
  }
  const report = { suites: [{ specs: [late, fine] }] }
  expect(secondTries(report)).toEqual(['x.spec.ts:3: opens\n    color-contrast'])
  expect(browserFailures(report)).toEqual([])
})
