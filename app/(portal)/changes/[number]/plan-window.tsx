import { readSlots } from '#lib/calendar/queries.ts'
import { PLANNABLE } from '#lib/onboarding/freezes/set-window.ts'
import { mayWithdraw } from '#lib/onboarding/withdraw-change.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'
import { WindowAct } from './_components/window-act.tsx'

type PlanWindowProps = {
  viewer: Viewer
  change: {
    id: string
    number: number
    kind: string
    state: string
    tenantId: string
    requesterId: string
    windowStart: string | null
    windowEnd: string | null
  }
}

/** For whoever may say when the change runs: the act, with the next times that are free of freezes. */
export async function PlanWindow({ viewer, change }: PlanWindowProps) {
  if (!mayWithdraw(viewer, change) || !PLANNABLE.includes(change.state)) return null
  const { slots, minutes } = await readSlots(platform(), viewer, {
    changeId: change.id,
    kind: change.kind,
  })
  return (
    <WindowAct
      changeId={change.id}
      number={change.number}
      from={change.windowStart}
      until={change.windowEnd}
      slots={slots}
      minutes={minutes}
    />
  )
}
