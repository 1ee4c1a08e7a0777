import { expect, test } from 'vitest'
import { listUrl, single } from './list-url.ts'

test('a changed filter keeps the others and starts the list anew', () => {
  expect(listUrl('/services', { q: 'pay', after: 'x', view: 'mine' }, { view: 'all' })).toBe(
    '/services?q=pay&view=all',
  )
  expect(listUrl('/services', { q: 'pay' }, { q: undefined })).toBe('/services')
  expect(listUrl('/services', { q: 'pay', before: 'y' }, { after: 'z' })).toBe(
    '/services?q=pay&after=z',
  )
})

test('a repeated parameter counts once', () => {
  expect(single({ q: ['a', 'b'], view: 'mine' })).toEqual({ q: 'a', view: 'mine' })
})
