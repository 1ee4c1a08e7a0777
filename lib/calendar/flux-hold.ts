import type { FreezeSpans } from './fit.ts'
import type { FreezeScope } from './freeze.ts'

/** A freeze in force that holds Flux. */
export type FluxFreeze = Pick<FreezeSpans, 'id' | 'kind' | 'spans'> & { scope: FreezeScope }

/** A running instance that a freeze may hold. */
export type HeldPlace = {
  instance: string
  tenant: string
  environment: string
  cluster: string
  /** A run works on it: Flux must be able to do its part until that has ended. */
  busy: boolean
  /** It is being offboarded: whether its Flux is suspended is the offboarding's to say, which may mean that nothing is to be uninstalled. */
  retiring: boolean
}

/** What is written of an instance that is held, or was a moment ago. */
export type LiveHold = {
  id: string
  instance: string
  state: 'asked' | 'held' | 'found' | 'releasing'
  freezes: readonly string[]
  until: number | null
  /** It was seen running, or placed anew, since it was last looked at. */
  loose: boolean
}

/** By which freezes an instance shall be held, and until when as far as is known. */
export type Wanted = { freezes: string[]; until: number | null }

/** What is to be written so that what is asked of the clusters follows the freezes. */
export type HoldPlan = {
  /** Instances that nothing holds yet. */
  begin: (Wanted & { instance: string })[]
  /** Held already; by whom or until when has changed, or it is to be suspended again. */
  amend: (Wanted & { id: string; ask: boolean })[]
  /** To be resumed: the last freeze let go, or a run needs Flux. */
  release: string[]
  /** Over without a look: another had suspended it, and it stays so. */
  leave: string[]
  /** The instance has ended. */
  gone: string[]
}

/** What has to change at this moment. Asked again after it was written, it answers that nothing has. */
export function planHolds(
  freezes: readonly FluxFreeze[],
  places: readonly HeldPlace[],
  { live, now, horizon }: { live: readonly LiveHold[]; now: number; horizon: number },
): HoldPlan {
  const plan: HoldPlan = { begin: [], amend: [], release: [], leave: [], gone: [] }
  const held = new Map(live.map((hold) => [hold.instance, hold]))
  const wantedAt = wanting(freezes, { now, horizon })
  for (const place of places) {
    const wanted = place.busy ? undefined : wantedAt(place)
    const hold = held.get(place.instance)
    held.delete(place.instance)
    if (place.retiring) continue
    if (!hold) {
      if (wanted) plan.begin.push({ instance: place.instance, ...wanted })
    } else if (wanted) {
      const ask = hold.state === 'releasing' || (hold.loose && hold.state !== 'asked')
      if (ask || !isSame(hold, wanted)) plan.amend.push({ id: hold.id, ...wanted, ask })
    } else if (hold.state === 'found') plan.leave.push(hold.id)
    else if (hold.state !== 'releasing') plan.release.push(hold.id)
  }
  plan.gone = [...held.values()].map(({ id }) => id)
  return plan
}

type Place = Pick<HeldPlace, 'tenant' | 'environment' | 'cluster'>
type Moment = { now: number; horizon: number }

/** The freezes that hold a place now, and the first moment at which none of them does; undefined when none holds it. */
export function wantedOf(
  freezes: readonly FluxFreeze[],
  place: Place,
  at: Moment,
): Wanted | undefined {
  return wanting(freezes, at)(place)
}

/** Does a freeze hold at that moment? */
export function holdsAt(freeze: FluxFreeze, at: Moment): boolean {
  return isHolding(holdsFrom(freeze, at), at.now)
}

/** Answers for many places: each freeze is read once, and what the same freezes want is found once. */
function wanting(freezes: readonly FluxFreeze[], at: Moment): (place: Place) => Wanted | undefined {
  const known = freezes.map((freeze) => ({
    ...{ id: freeze.id, holds: holdsFrom(freeze, at), isInScope: scopeOf(freeze.scope) },
  }))
  const found = new Map<string, Wanted | undefined>()
  return (place) => {
    const over = known.filter(({ isInScope }) => isInScope(place))
    const key = over.map(({ id }) => id).join()
    if (!found.has(key)) found.set(key, wantedBy(over, at))
    return found.get(key)
  }
}

function wantedBy(
  over: readonly { id: string; holds: readonly Span[] }[],
  { now, horizon }: Moment,
): Wanted | undefined {
  const holding = over.filter(({ holds }) => isHolding(holds, now))
  if (holding.length === 0) return undefined
  let until = now
  const inOrder = over.flatMap(({ holds }) => holds).sort((a, b) => a.start - b.start)
  for (const { start, end } of inOrder) {
    if (start > until) break
    until = Math.max(until, end)
  }
  return {
    freezes: holding.map(({ id }) => id).sort(),
    until: until < horizon ? until : null,
  }
}

function isHolding([first]: readonly Span[], now: number): boolean {
  return first !== undefined && first.start <= now
}

/** Is a place within a scope? An empty part is everything. */
function scopeOf({ tenants, environments, clusters }: FreezeScope): (place: Place) => boolean {
  const meets = (names: readonly string[]) => {
    const known = new Set(names)
    return (name: string) => known.size === 0 || known.has(name)
  }
  const [ofTenant, ofEnvironment, ofCluster] = [
    meets(tenants),
    meets(environments),
    meets(clusters),
  ]
  return (place) =>
    ofTenant(place.tenant) && ofEnvironment(place.environment) && ofCluster(place.cluster)
}

type Span = { start: number; end: number }

/** When a freeze holds from now on: spans in order that neither touch nor overlap, none of them over. */
function holdsFrom({ kind, spans }: FluxFreeze, { now, horizon }: Moment): Span[] {
  const lasting: Span[] = []
  for (const { start, end } of spans) {
    if (end <= now) continue
    const last = lasting.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else lasting.push({ start, end })
  }
  if (kind !== 'maintenance_only') return lasting
  const between: Span[] = []
  let at = now
  for (const { start, end } of lasting) {
    if (start > at) between.push({ start: at, end: start })
    at = end
  }
  return at < horizon ? [...between, { start: at, end: horizon }] : between
}

function isSame(hold: LiveHold, wanted: Wanted): boolean {
  return hold.until === wanted.until && hold.freezes.join() === wanted.freezes.join()
}
