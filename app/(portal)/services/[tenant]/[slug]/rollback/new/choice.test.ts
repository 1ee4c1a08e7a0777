import { expect, test } from 'vitest'
import { choiceOf, environmentsOf } from './choice.ts'

const COMMIT = 'a'.repeat(40)
const still = { earlier: false, pin: null }

test('environments with something to go back to come first', () => {
  const instances = [
    { environment: 'prod', ...still },
    { environment: 'test', earlier: true, pin: null },
    { environment: 'dev', earlier: false, pin: { number: 1 } },
    { environment: 'test', ...still },
  ]
  expect(environmentsOf(instances)).toEqual(['test', 'dev', 'prod'])
})

test('the address chooses environment, clusters and revision', () => {
  const query = { environment: 'dev', to: COMMIT, cluster: ['one', 'two'] }
  expect(choiceOf({ ...query, kind: 'emergency' }, ['dev']).emergency).toBe(true)
  expect(choiceOf(query, ['prod', 'dev'])).toEqual({
    ...{ environment: 'dev', clusters: ['one', 'two'], commit: COMMIT, emergency: false },
  })
  expect(choiceOf({ to: 'branch', cluster: 'one' }, ['prod'])).toEqual({
    ...{ environment: 'prod', clusters: ['one'], commit: null, emergency: false },
  })
})

test('what is no environment of the service and no commit reads as not chosen', () => {
  expect(choiceOf({ environment: 'else', to: 'main; rm' }, ['prod'])).toEqual({
    ...{ environment: 'prod', clusters: [], commit: undefined, emergency: false },
  })
})
