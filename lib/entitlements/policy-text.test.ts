import { expect, test } from 'vitest'
import { BUILTIN_POLICIES } from './builtin-policies.ts'
import { policiesIn } from './policy-text.ts'

test('every policy that is shipped is cut out whole, with its names', () => {
  const policies = policiesIn(BUILTIN_POLICIES)
  expect(policies.length).toBe(BUILTIN_POLICIES.match(/^@id\(/gm)?.length)
  expect(policies.map(({ id }) => id)).toContain('quota_fits')
  for (const { id, title, text } of policies) {
    expect([id, title].every(Boolean)).toBe(true)
    expect(text).toMatch(/^@id[\s\S]*(permit|forbid)[\s\S]*;$/)
  }
})

test('a policy without annotations still stands in the list', () => {
  expect(policiesIn('permit (principal, action, resource);')).toEqual([
    { id: '', title: 'Policy', severity: null, text: 'permit (principal, action, resource);' },
  ])
})
