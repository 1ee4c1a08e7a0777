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
  /** A run works on it, or it is being offboarded: Flux must be able to do its part until that has ended. */
  busy: boolean
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
  for (const place of places) {
    const wanted = place.busy ? undefined : wantedOf(freezes, place, { now, horizon })
    const hold = held.get(place.instance)
    held.delete(place.instance)
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

/** The freezes that hold a place now, and the first moment at which none of them does; undefined when none holds it. */
export function wantedOf(
  freezes: readonly FluxFreeze[],
  place: Omit<HeldPlace, 'instance' | 'busy'>,
  { now, horizon }: { now: number; horizon: number },
): Wanted | undefined {
  const over = freezes.filter(({ scope }) => isInScope(scope, place))
  const holding = over.filter((freeze) => holdsAt(freeze, { now, horizon }))
  if (holding.length === 0) return undefined
  let until = now
  for (let moved = true; moved && until < horizon; ) {
    const next = Math.max(...over.map((freeze) => letsGo(freeze, until, horizon)))
    moved = next > until
    until = next
  }
  return {
    freezes: holding.map(({ id }) => id).sort(),
    until: until < horizon ? until : null,
  }
}

/** Does a freeze hold at that moment? */
export function holdsAt(
  freeze: FluxFreeze,
  { now, horizon }: { now: number; horizon: number },
): boolean {
  return letsGo(freeze, now, horizon) !== now
}

/** Is a place within a scope? An empty part is everything. */
function isInScope(
  { tenants, environments, clusters }: FreezeScope,
  place: Omit<HeldPlace, 'instance' | 'busy'>,
): boolean {
  const meets = (names: readonly string[], name: string) =>
    names.length === 0 || names.includes(name)
  return (
    meets(tenants, place.tenant) &&
    meets(environments, place.environment) &&
    meets(clusters, place.cluster)
  )
}

/** The first moment from `at` on at which this freeze holds nothing: `at` itself where it holds nothing then. */
function letsGo({ kind, spans }: FluxFreeze, at: number, horizon: number): number {
  if (kind === 'maintenance_only') {
    if (spans.some(({ start, end }) => start <= at && at < end)) return at
    return spans.find(({ start }) => start > at)?.start ?? horizon
  }
  let moment = at
  for (const { start, end } of spans) if (start <= moment && moment < end) moment = end
  return moment
}

function isSame(hold: LiveHold, wanted: Wanted): boolean {
  return hold.until === wanted.until && hold.freezes.join() === wanted.freezes.join()
}
