import { GROUPS, PEOPLE } from '../identity/people.ts'

export type FeedName =
  | 'training'
  | 'clearance'
  | 'oncall'
  | 'finance'
  | 'prices'
  | 'applications'
  | 'vendors'
export type Row = Record<string, string | number | boolean | readonly string[] | null>

/** Which of them come as JSON; the others as CSV. */
export const AS_JSON: readonly FeedName[] = ['training', 'oncall', 'prices']

const WORKING = PEOPLE.filter(({ active }) => active)
const TEAMS = Object.entries(GROUPS).filter(([name]) => /-(core|developers|owners)$/.test(name))
const LENDING = ['lending-core', 'lending-developers', 'lending-owners']

/** What the systems of the demonstration organisation say to begin with. */
export function firstRows(): Record<FeedName, Row[]> {
  return {
    training: WORKING.flatMap(({ user }): Row[] => [
      { person: user, course: 'secure-development', valid_until: '2030-12-31' },
      {
        person: user,
        course: 'handling-personal-data',
        valid_until: user === 'chen.wei' ? '2025-09-30' : '2030-12-31',
      },
    ]),
    clearance: WORKING.map(({ user }) => ({ person: user, data_class: 3, valid_until: null })),
    oncall: TEAMS.map(([team, members]) => ({
      ...{ team, rota: `${team} weekly` },
      on_duty: members.filter((user) => WORKING.some((one) => one.user === user)).slice(0, 1),
    })),
    finance: [
      code('CC-40718', 'payments', 'Payments run', { budget_left: 90_000 }),
      code('CC-40719', 'payments', 'Payments change', { budget_left: 250 }),
      code('CC-40001', 'payments', 'Payments 2025', { closes_on: '2026-01-01' }),
      code('CC-51020', 'lending', 'Lending run', { budget_left: 40_000, teams: LENDING }),
      code('CC-51099', 'lending', 'Lending overhead', { chargeable: 'no' }),
    ],
    prices: [
      { size: 'medium', monthly: 180 },
      { size: 'small', monthly: 90 },
      { size: 'large', monthly: 360 },
    ],
    applications: ['Ledger', 'SEPA', 'Loans'].map((application) => ({
      ...{ application, stage: 'operational' },
    })),
    vendors: [
      { vendor: 'Northwind Screening', result: 'approved', valid_until: '2030-12-31' },
      { vendor: 'Contoso Cards', result: 'approved', valid_until: '2025-06-30' },
      { vendor: 'Fabrikam Messaging', result: 'open', valid_until: null },
    ],
  }
}

function code(name: string, tenant: string, title: string, differs: Row): Row {
  return {
    ...{ code: name, tenant, name: title, chargeable: 'yes', open_from: '2024-01-01' },
    ...{ closes_on: null, teams: [], budget_left: null },
    ...differs,
  }
}

/** A feed as its system would write it at that time. */
export function written(feed: FeedName, rows: readonly Row[], at: Date): string {
  if (AS_JSON.includes(feed)) return JSON.stringify({ asOf: at.toISOString(), rows }, null, 1)
  const head = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => head.map((column) => cell(row[column] ?? null)).join(','))
  return [head.join(','), ...lines, ''].join('\r\n')
}

function cell(value: Row[string]): string {
  const text = Array.isArray(value) ? value.join(';') : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
