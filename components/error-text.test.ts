import { expect, test } from 'vitest'
import { errorText, type KnownError } from './error-text.ts'

test('facts of the refusal stand in its words', () => {
  const error = {
    code: 'name_taken',
    names: [{ scheme: 'repository', value: 'payments/ledger' }],
  } as const
  expect(errorText(error).happened).toContain('repository payments/ledger')
  expect(
    errorText({ code: 'barred_from_approving', why: 'requested it' } as KnownError).happened,
  ).toBe('You requested it, so someone else must decide.')
})

test('a code without words is said to be ours, by its name', () => {
  const text = errorText({ code: 'brand_new' } as unknown as KnownError)
  expect(text.happened).toBe('This did not work: brand new.')
  expect(text.whose).toBe('Ours to mend.')
})
