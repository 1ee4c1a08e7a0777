import { changeNumber } from '#components/change-number.ts'
import { Timeline, type TimelineRow } from '#components/service/timeline.tsx'
import { changeLook, lookOf } from '#components/states/look.ts'
import { causeOfEvent } from '#lib/flux/event-causes.ts'

type Event = {
  id: string
  at: string
  cluster: string
  kind: string
  severity: string
  reason: string
  message: string
  repeats: number
}

type Change = { number: number; title: string; state: string; closeCode: string | null; at: string }

type ServiceTimelineProps = { events: readonly Event[]; changes: readonly Change[] }

/** Flux events and changes of a service, newest first; repeats are counted. */
export function ServiceTimeline({ events, changes }: ServiceTimelineProps) {
  const rows = [...events.map(eventRow), ...changes.map(changeRow)].sort((one, other) =>
    one.at < other.at ? 1 : -1,
  )
  return (
    <section aria-labelledby="timeline" className="mt-6">
      <div className="section-head mb-0">
        <h2 id="timeline">Timeline</h2>
        <span className="text-xs text-ink-3">Flux events, our own looks, changes</span>
      </div>
      {rows.length > 0 ? (
        <Timeline rows={rows} />
      ) : (
        <p className="mt-1 text-ink-2">Nothing was reported yet.</p>
      )}
    </section>
  )
}

const PROGRESS = /^(Progressing|ArtifactUpToDate|NewArtifact|ReconciliationStarted)/

function eventRow(event: Event): TimelineRow {
  const cause = causeOfEvent(event)
  const state = cause ? 'failing' : PROGRESS.test(event.reason) ? 'reconciling' : 'ready'
  return {
    id: event.id,
    at: event.at,
    look: lookOf('flux', state),
    cluster: event.cluster,
    text: `${event.kind} ${cause ? cause.code.replaceAll('_', ' ') : event.reason}: ${event.message}`,
    origin: event.repeats > 0 ? `${event.repeats + 1} times` : 'notification-controller',
  }
}

function changeRow(change: Change): TimelineRow {
  const look = changeLook(change.state, change.closeCode)
  return {
    id: `change ${change.number}`,
    at: change.at,
    look,
    text: `${changeNumber(change.number)} ${change.title}: ${look.word.toLowerCase()}`,
    origin: 'change control',
  }
}
