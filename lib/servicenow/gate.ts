import { SNOW } from './moves.ts'

/** What ServiceNow said last of the record that stands for a change. */
export type SaidRecord = {
  number: string | null
  /** Of our change, as it was when its approvals were asked for there. */
  revision: number
  planHash: string
  mode: string
  state: number | null
  stateLabel: string | null
  approval: string | null
  onHold: boolean
  /** We put it on hold ourselves. */
  weHold: boolean
  onHoldReason: string | null
  /** Who answered last, and what they said. */
  approver: string | null
  said: string | null
  /** It was not among what was read last. */
  gone: boolean
  /** Seconds since it was read; null where it never was. */
  age: number | null
}

/** Longest that an answer of ServiceNow is good for, seconds. */
export const FRESH_SECONDS = 300

export type GateVerdict =
  | { open: true; number: string; stateLabel: string; age: number }
  | { open: false; refused: boolean; why: string }

const wait = (why: string): GateVerdict => ({ open: false, refused: false, why })
const refuse = (why: string): GateVerdict => ({ open: false, refused: true, why })

/** May the change start, by what ServiceNow said of it? What it said of another revision, or too long ago, lets nothing start. */
export function gateVerdict(
  record: SaidRecord | null,
  change: { revision: number; planHash: string | null },
): GateVerdict {
  if (!record || record.number === null || record.state === null)
    return wait('waits for ServiceNow: its change is not made there yet')
  const { number, state, approval, age } = record
  if (
    record.mode !== 'gate' ||
    record.revision !== change.revision ||
    record.planHash !== change.planHash
  )
    return wait(`waits for ServiceNow: ${number} stands for another plan, and is replaced`)
  if (state === SNOW.canceled || state === SNOW.closed)
    return refuse(`ServiceNow ${number} was ended there, ${record.stateLabel}${wordsOf(record)}`)
  if (approval === 'rejected') return refuse(`ServiceNow ${number} was rejected${wordsOf(record)}`)
  const at = `ServiceNow ${number}, ${record.stateLabel}`
  if (record.gone) return wait(`waits for ${at}: it is not there any more, or may not be read`)
  if (record.onHold && !record.weHold)
    return wait(
      `waits for ${at}: on hold there${record.onHoldReason ? `, ${record.onHoldReason}` : ''}`,
    )
  if (approval !== 'approved' || !(state === SNOW.scheduled || state === SNOW.implement))
    return wait(`waits for ${at}`)
  if (age === null || age > FRESH_SECONDS)
    return wait(
      `waits for ${at}: approved, but it was read too long ago and ServiceNow does not answer`,
    )
  return { open: true, number, stateLabel: record.stateLabel ?? '', age: Math.round(age) }
}

function wordsOf({ approver, said }: SaidRecord): string {
  return `${approver ? ` by ${approver}` : ''}${said ? `: ${said}` : ''}`.slice(0, 600)
}
