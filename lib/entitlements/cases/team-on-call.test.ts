import { expect, test } from 'vitest'
import { known, unknown } from '../facts.ts'
import { aRequest, fact, further, NOW, saidOf } from './a-request.ts'

const GOOD = { rota: 'payments', onDuty: ['ben.carter', 'ada.okafor'] }
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)

test.each([
  [
    'two on duty',
    { onCall: fact(GOOD) },
    'pass rule_kept: on call for payments-core now: ben.carter, ada.okafor',
  ],
  [
    'a rota with nobody on duty',
    { onCall: fact({ rota: 'payments', onDuty: [] }) },
    'fail nobody_on_call: nobody is on call for payments-core',
  ],
  [
    'read an hour and a minute ago',
    { onCall: known(GOOD, minutesAgo(61), 'oncall feed') },
    'error fact_stale: oncall feed was last read too long ago to rely on',
  ],
  [
    'tier 3',
    { tier: 3, onCall: unknown('down', 'oncall feed') },
    'not_applicable not_asked: asked in production, of tiers 1 and 2',
  ],
  [
    'no production',
    { production: false, onCall: fact({ rota: null, onDuty: [] }) },
    'not_applicable not_asked: asked in production, of tiers 1 and 2',
  ],
])('team_on_call, %s', (_, given, said) => {
  expect(saidOf('team_on_call', aRequest({ further: further(given) }))).toBe(said)
})
