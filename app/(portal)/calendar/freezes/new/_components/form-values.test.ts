import { expect, test } from 'vitest'
import { checkRecurrence } from '#lib/calendar/recurrence.ts'
import { freezeOf } from './form-values.ts'

function form(fields: Record<string, string | string[]>): FormData {
  const data = new FormData()
  for (const [name, values] of Object.entries(fields))
    for (const value of [values].flat()) data.append(name, value)
  return data
}

const FILLED = {
  name: ' Year end ',
  kind: 'blackout',
  reason: 'books close',
  owner: 'Change Board EU',
  tenants: 'payments, lending\npayments',
  environments: ['test', 'prod'],
  clusters: '',
  zone: 'Europe/Berlin',
  start: '2026-12-18T18:00:00',
  days: '17',
  hours: '12',
  minutes: '0',
  repeats: 'FREQ=YEARLY',
  rule: 'FREQ=DAILY',
  except: '2027-12-18T18:00 2028-12-18T18:00',
  also: '',
}

test('what is filled in is the freeze that it describes', () => {
  const freeze = freezeOf(form(FILLED))
  expect(freeze).toMatchObject({
    name: 'Year end',
    scope: { tenants: ['payments', 'lending'], environments: ['test', 'prod'], clusters: [] },
    start: '2026-12-18T18:00',
    duration: 'P17DT12H',
    rule: 'FREQ=YEARLY',
    except: ['2027-12-18T18:00', '2028-12-18T18:00'],
  })
  const { zone, start, duration, rule, except, also } = freeze
  expect(checkRecurrence({ zone, start, duration, rule, except, also }).ok).toBe(true)
})

test('the rule of one’s own counts only where it is chosen; once is no rule', () => {
  expect(freezeOf(form({ ...FILLED, repeats: 'own' })).rule).toBe('FREQ=DAILY')
  expect(freezeOf(form({ ...FILLED, repeats: '' })).rule).toBeNull()
})

test('only a restricted freeze names who lets through; Flux is held where it is ticked', () => {
  const named = { ...FILLED, approvers: 'board', holdsFlux: 'on' }
  expect(freezeOf(form({ ...named, kind: 'restricted' }))).toMatchObject({
    approvers: 'board',
    holdsFlux: true,
  })
  expect(freezeOf(form(FILLED))).toMatchObject({ approvers: null, holdsFlux: false })
  expect(freezeOf(form(named)).approvers).toBeNull()
})

test('a form without a length describes none, which the command refuses', () => {
  const { duration } = freezeOf(form({ ...FILLED, days: '', hours: 'x', minutes: '-1' }))
  expect(duration).toBe('P')
})
