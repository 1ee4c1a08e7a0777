import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type Arrival = {
  at: string
  by: 'https' | 'syslog_tls' | 'syslog_tcp'
  /** Of the chain's event; null for what is none, a test for example. */
  tenant: string | null
  seq: number | null
  hash: string | null
  prev: string | null
  text: string
}

export type ChainOf = {
  tenant: string
  events: number
  highest: number
  repeats: number
  /** Numbers that are missing below the highest. */
  gaps: number[]
  /** Numbers that came for the first time after a higher one. */
  late: number[]
  /** Events whose `prev` is not the hash of the one before, as they arrived. */
  unlinked: number[]
}

/** What arrived, in its order; kept is what is in the file before anybody is told so. */
export function openArrivals(folder: string) {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'arrived.jsonl')
  const all: Arrival[] = existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => parsed(line))
    : []
  return {
    keep(by: Arrival['by'], texts: readonly string[]): void {
      const arrived = texts.map((text) => ({
        at: new Date().toISOString(),
        by,
        ...factsOf(text),
        text,
      }))
      appendFileSync(file, arrived.map((each) => `${JSON.stringify(each)}\n`).join(''))
      all.push(...arrived)
    },
    all: (): readonly Arrival[] => all,
    chains: () => chainsOf(all),
  }
}

function parsed(line: string): Arrival[] {
  try {
    return [JSON.parse(line) as Arrival]
  } catch {
    return []
  }
}

type Facts = Pick<Arrival, 'tenant' | 'seq' | 'hash' | 'prev'>

const NONE: Facts = { tenant: null, seq: null, hash: null, prev: null }

/** Number and hashes of the event, read from any of the three formats, alone or inside of a syslog message. */
export function factsOf(text: string): Facts {
  const cef = text.indexOf('CEF:0|')
  if (cef >= 0) return cefFacts(text.slice(cef))
  const start = text.indexOf('{')
  if (start < 0) return NONE
  try {
    const value = JSON.parse(text.slice(start)) as Facts & { unmapped?: { chain?: Facts } }
    const { tenant, seq, hash, prev } = value.unmapped?.chain ?? value
    return typeof seq === 'number' ? { tenant, seq, hash, prev } : NONE
  } catch {
    return NONE
  }
}

function cefFacts(text: string): Facts {
  const of = (key: string) => new RegExp(` ${key}=([^ ]*)`).exec(text)?.[1] ?? null
  const seq = of('cn1')
  return seq === null
    ? NONE
    : { tenant: of('cs1'), seq: Number(seq), hash: of('cs2'), prev: of('cs3') }
}

function chainsOf(arrivals: readonly Arrival[]): ChainOf[] {
  const byTenant = new Map<string, Arrival[]>()
  for (const each of arrivals)
    if (each.tenant !== null)
      byTenant
        .set(each.tenant, byTenant.get(each.tenant) ?? [])
        .get(each.tenant)
        ?.push(each)
  return [...byTenant].map(([tenant, events]) => chainOf(tenant, events))
}

function chainOf(tenant: string, events: readonly Arrival[]): ChainOf {
  const first = new Map<number, Arrival>()
  const late: number[] = []
  const unlinked: number[] = []
  let highest = 0
  for (const event of events) {
    const seq = event.seq ?? 0
    if (first.has(seq)) continue
    if (seq < highest) late.push(seq)
    const before = first.get(seq - 1)
    if (before && before.hash !== event.prev) unlinked.push(seq)
    first.set(seq, event)
    highest = Math.max(highest, seq)
  }
  const gaps = Array.from({ length: highest }, (_, place) => place + 1).filter(
    (seq) => !first.has(seq),
  )
  return {
    tenant,
    events: first.size,
    highest,
    repeats: events.length - first.size,
    gaps,
    late,
    unlinked,
  }
}
