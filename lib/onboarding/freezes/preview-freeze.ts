import { firstFit } from '#lib/calendar/fit.ts'
import { checkRecurrence, occurrencesIn, type RecurrenceError } from '#lib/calendar/recurrence.ts'
import { horizonOf, USUAL_MINUTES, unknownIn } from '#lib/calendar/store.ts'
import { type NotStarted, notStartedIn } from '#lib/changes/held-store.ts'
import { fluxInScope } from '#lib/fleet/freeze-hold-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { PreviewFreeze } from './save-freeze.schema.ts'
import { pickRecurrence } from './save-freeze.ts'

/** What a freeze would do, were it saved now. */
export type FreezePreview = {
  zone: string
  /** The next five, ISO 8601. */
  next: { start: string; end: string }[]
  /** In the next 18 months. */
  occurrences: number
  /** Would it hold a run that starts now? */
  holdsNow: boolean
  /** Changes of its scope that have not started, the newest first, so many at most. */
  changes: NotStarted[]
  more: boolean
  /** Of one that holds Flux: the objects in its scope as things stand, and on how many clusters. */
  flux: { objects: number; clusters: number } | null
}

const SHOWN = 50

/** Tells what a freeze would do; stores nothing. */
export async function previewFreeze(
  platform: Platform,
  viewer: Viewer,
  { freeze }: PreviewFreeze,
): Promise<
  Result<FreezePreview, RecurrenceError | { code: 'freeze_scope_unknown'; names: string[] }>
> {
  const checked = checkRecurrence(pickRecurrence(freeze))
  if (!checked.ok) return checked
  return platform.read(viewer, async (tx) => {
    const names = await unknownIn(tx, freeze.scope)
    if (names.length > 0) return err({ code: 'freeze_scope_unknown', names })
    const { now, until } = await horizonOf(tx)
    const occurrences = occurrencesIn(checked.value, now, until)
    const spans = occurrences.map(({ start, end }) => ({
      start: start.getTime(),
      end: end.getTime(),
    }))
    const wish = {
      from: now.getTime(),
      length: USUAL_MINUTES * 60_000,
      horizon: until.getTime(),
    }
    const changes = await notStartedIn(tx, freeze.scope, SHOWN + 1)
    return ok({
      zone: checked.value.zone,
      next: occurrences
        .slice(0, 5)
        .map(({ start, end }) => ({ start: start.toISOString(), end: end.toISOString() })),
      occurrences: occurrences.length,
      holdsNow:
        firstFit([{ id: '', name: freeze.name, kind: freeze.kind, spans }], wish) !== wish.from,
      changes: changes.slice(0, SHOWN),
      more: changes.length > SHOWN,
      flux: freeze.holdsFlux ? await fluxInScope(tx, freeze.scope) : null,
    })
  })
}
