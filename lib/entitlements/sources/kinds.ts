import { z } from 'zod'
import { storedText } from '#lib/stored-text.ts'

/** What may be read from outside, one source each. */
export const SOURCE_KINDS = [
  'training',
  'clearance',
  'oncall',
  'finance',
  'prices',
  'applications',
  'vendors',
] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

/** What a record says of its key, or why its rows cannot be read: whoever asks about that key gets an error, never a pass. */
export type SourceRecord = { key: string; value: object } | { key: string; trouble: string }

type KindTerms = {
  /** Column that says what a row is about. */
  key: string
  columns: readonly string[]
  /** Whether one key may have several rows: the value then is a list of them, under this name. */
  list?: string
  /** What a row says beside its key. */
  row: z.ZodType<object>
}

/** Days as both JavaScript and PostgreSQL know them: there is no year 0. */
const Day = z.iso
  .date('a day is YYYY-MM-DD')
  .refine((text) => /^(19|2\d)\d\d-/.test(text), 'a year is from 1900 on')
const DayOrNone = z
  .string()
  .refine((text) => text === '' || Day.safeParse(text).success, 'a day is YYYY-MM-DD, or empty')
  .transform((text) => text || null)
const Text = storedText(200).trim().min(1, 'is empty')
const AMOUNT = /^\d{1,12}(\.\d{1,2})?$/
const AN_AMOUNT = 'an amount is digits, with at most two after a point'
const Amount = z.string().regex(AMOUNT, AN_AMOUNT).transform(Number)
const AmountOrNone = z
  .string()
  .refine((text) => text === '' || AMOUNT.test(text), `${AN_AMOUNT}, or empty`)
  .transform((text) => (text === '' ? null : Number(text)))
const Names = storedText(20_000).transform((text) =>
  text
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
)
const YesNo = z.enum(['yes', 'no'], 'yes or no').transform((word) => word === 'yes')

const TrainingRow = z.object({ course: Text, valid_until: DayOrNone })
const ClearanceRow = z.object({
  data_class: z
    .string()
    .regex(/^[0-4]$/, 'a class is 0 to 4')
    .transform(Number),
  valid_until: DayOrNone,
})
const OnCallRow = z.object({ rota: Text, on_duty: Names })
const FinanceRow = z.object({
  tenant: Text,
  name: Text,
  chargeable: YesNo,
  open_from: Day,
  closes_on: DayOrNone,
  teams: Names,
  budget_left: AmountOrNone,
})
const PriceRow = z.object({ monthly: Amount })
const ApplicationRow = z.object({
  stage: z.enum(
    ['planned', 'build', 'operational', 'end_of_life'],
    'planned, build, operational or end_of_life',
  ),
})

const VendorRow = z.object({
  result: z.enum(['approved', 'refused', 'open'], 'approved, refused or open'),
  valid_until: DayOrNone,
})

/** One row of a finance feed, as it is kept. */
export type FinanceValue = z.output<typeof FinanceRow>

/** The kinds: what their columns are called, in CSV and in JSON alike. */
export const KIND_TERMS: Readonly<Record<SourceKind, KindTerms>> = {
  training: {
    ...{ key: 'person', columns: ['person', 'course', 'valid_until'] },
    ...{ list: 'courses', row: TrainingRow },
  },
  clearance: {
    ...{ key: 'person', columns: ['person', 'data_class', 'valid_until'] },
    ...{ list: 'clearances', row: ClearanceRow },
  },
  oncall: { key: 'team', columns: ['team', 'rota', 'on_duty'], row: OnCallRow },
  finance: {
    key: 'code',
    columns: [
      ...['code', 'tenant', 'name', 'chargeable', 'open_from', 'closes_on', 'teams', 'budget_left'],
    ],
    row: FinanceRow,
  },
  prices: { key: 'size', columns: ['size', 'monthly'], row: PriceRow },
  applications: { key: 'application', columns: ['application', 'stage'], row: ApplicationRow },
  vendors: { key: 'vendor', columns: ['vendor', 'result', 'valid_until'], row: VendorRow },
}
