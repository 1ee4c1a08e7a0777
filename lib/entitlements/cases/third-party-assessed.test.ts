import { expect, test } from 'vitest'
import { unknown } from '../facts.ts'
import { aRequest, asked, fact, further, saidOf } from './a-request.ts'

test.each([
  [
    'none named',
    fact({ named: [], unassessed: [] }),
    'not_applicable not_asked: no other company is named',
  ],
  [
    'one assessed',
    fact({ named: ['Contoso'], unassessed: [] }),
    'pass rule_kept: assessed: Contoso',
  ],
  [
    'one never assessed',
    fact({ named: ['Contoso', 'Fabrikam'], unassessed: ['Fabrikam (never assessed)'] }),
    'fail vendor_unassessed: not to be relied on today: Fabrikam (never assessed)',
  ],
  ['not read', unknown('down', 'vendors feed'), 'error fact_unknown: vendors feed: down'],
])('third_party_assessed, %s', (_, vendors, said) => {
  const facts = aRequest({ further: further({ asked: asked({ vendors }) }) })
  expect(saidOf('third_party_assessed', facts)).toBe(said)
})
