import type { FreezeKind } from './freeze.ts'

/** Milliseconds since 1970; `end` is the first moment after. */
type Span = { start: number; end: number }

/** One freeze over what somebody wants to start; its spans in order of their starts. */
export type FreezeSpans = {
  id: string
  name: string
  kind: FreezeKind
  /** Of a restricted one: the group that lets through. */
  approvers?: string | null
  spans: readonly Span[]
}

export type Wish = {
  from: number
  /** How long the run is expected to take: all of it must fit. */
  length: number
  /** Nothing is known of freezes after it. */
  horizon: number
}

/** A time in which a run may start and end. */
export type Slot = { start: number; end: number }

/** The first moment from `from` on at which a run of that length fits every freeze; undefined when there is none before the horizon. */
export function firstFit(freezes: readonly FreezeSpans[], wish: Wish): number | undefined {
  let at = wish.from
  while (at < wish.horizon) {
    const next = latestOf(freezes, { ...wish, from: at })
    if (next === undefined || next === at) return next
    at = next
  }
  return undefined
}

/** The freeze that holds the longest of those that hold a run starting at `from`; undefined when none does. */
export function holderOf(freezes: readonly FreezeSpans[], wish: Wish): FreezeSpans | undefined {
  return holdersOf(freezes, wish)[0]
}

/** Every freeze that holds a run starting at `from`, the longest first. */
export function holdersOf(freezes: readonly FreezeSpans[], wish: Wish): FreezeSpans[] {
  const until = (freeze: FreezeSpans) => nextFor(freeze, wish) ?? Number.POSITIVE_INFINITY
  return freezes
    .filter((freeze) => until(freeze) > wish.from)
    .sort((a, b) => until(b) - until(a) || a.name.localeCompare(b.name))
}

/** The first slots in which a run fits, each as long as no freeze interrupts it. */
export function freeSlots(freezes: readonly FreezeSpans[], wish: Wish, most: number): Slot[] {
  const slots: Slot[] = []
  let from: number | undefined = wish.from
  while (slots.length < most && from !== undefined) {
    const start = firstFit(freezes, { ...wish, from })
    if (start === undefined) return slots
    const end = Math.min(wish.horizon, ...freezes.map((freeze) => freeUntil(freeze, start)))
    slots.push({ start, end })
    from = end < wish.horizon ? end : undefined
  }
  return slots
}

function latestOf(freezes: readonly FreezeSpans[], wish: Wish): number | undefined {
  let latest = wish.from
  for (const freeze of freezes) {
    const next = nextFor(freeze, wish)
    if (next === undefined) return undefined
    latest = Math.max(latest, next)
  }
  return latest
}

/** The first moment from `from` on that this freeze alone allows. */
function nextFor({ kind, spans }: FreezeSpans, { from, length }: Wish): number | undefined {
  if (kind !== 'maintenance_only') {
    let at = from
    for (const span of spans) if (span.start < at + length && span.end > at) at = span.end
    return at
  }
  const fitting = spans.find((span) => span.end - Math.max(span.start, from) >= length)
  return fitting ? Math.max(fitting.start, from) : undefined
}

/** When this freeze ends a time that is free at `at`. */
function freeUntil({ kind, spans }: FreezeSpans, at: number): number {
  const next =
    kind !== 'maintenance_only'
      ? spans.find((span) => span.start > at)?.start
      : spans.filter((span) => span.start <= at && span.end > at).sort((a, b) => b.end - a.end)[0]
          ?.end
  return next ?? Number.POSITIVE_INFINITY
}
