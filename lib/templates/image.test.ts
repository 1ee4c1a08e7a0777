import { expect, test } from 'vitest'
import { splitImage } from './image.ts'

test.each([
  ['nginx', { name: 'nginx', tag: 'latest', digest: null }],
  ['nginx:1.29', { name: 'nginx', tag: '1.29', digest: null }],
  ['ghcr.io/bank/ledger:1.0', { name: 'ghcr.io/bank/ledger', tag: '1.0', digest: null }],
  ['registry.bank:5000/ledger', { name: 'registry.bank:5000/ledger', tag: 'latest', digest: null }],
  ['registry.bank:5000/ledger:2', { name: 'registry.bank:5000/ledger', tag: '2', digest: null }],
  ['ledger@sha256:ab', { name: 'ledger', tag: null, digest: 'sha256:ab' }],
  [
    'ghcr.io/bank/ledger:1.0@sha256:ab',
    { name: 'ghcr.io/bank/ledger', tag: '1.0', digest: 'sha256:ab' },
  ],
])('%s splits into name, tag and digest', (reference, parts) => {
  expect(splitImage(reference)).toEqual(parts)
})
