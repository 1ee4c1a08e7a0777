import type { ErrorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { counted } from '#components/words.ts'
import type { FormIssue } from './form-issues.ts'
import type { LivePreview } from './use-preview.ts'

type RequestBarProps = {
  /** Why the submit was refused. */
  error: ErrorText | null
  preview: LivePreview
  issues: readonly FormIssue[]
  pending: boolean
  edited: boolean
}

/** What blocks, who will be asked, and the one act. */
export function RequestBar({ preview, issues, error, pending, edited }: RequestBarProps) {
  const blocking = preview.shown?.blocking ?? 0
  return (
    <div className="bar flex-wrap">
      {error ? (
        <div className="w-full">
          <ErrorPanel text={error} />
        </div>
      ) : null}
      <div className="min-w-0 flex-1">
        <p className="name">{blockText(issues.length, blocking, preview.shown)}</p>
        <p className="text-xs text-ink-3">{approvalText(preview)}</p>
      </div>
      <div className="bar-acts">
        <Button type="submit" kind="primary" pending={pending}>
          {actText({
            issues: issues.length,
            blocking,
            standard: preview.shown?.type === 'standard',
            edited,
          })}{' '}
          <Kbd>⌘↵</Kbd>
        </Button>
      </div>
    </div>
  )
}

function blockText(issues: number, blocking: number, shown: LivePreview['shown']): string {
  if (issues > 0) return `${counted(issues, 'answer is', 'answers are')} missing`
  if (blocking > 0) return `${counted(blocking, 'check stands', 'checks stand')} in the way`
  if (shown?.planTrouble) return 'The plan cannot be rendered'
  return shown ? 'Nothing stands in the way' : 'Not checked yet'
}

function approvalText({ shown }: LivePreview): string {
  if (!shown?.type) return 'Who has to agree is shown as soon as it is known.'
  const risk = shown.risk ? ` Risk ${shown.risk.score} of 100, ${shown.risk.band}.` : ''
  if (shown.type === 'standard')
    return `Pre-authorised by ${shown.standard}: work starts at once.${risk}`
  if (shown.type === 'emergency' && shown.stages.length === 0)
    return `No policy speaks of emergencies, so nobody could approve it. Ask for it as a normal change.${risk}`
  if (shown.stages.length === 0) return `No policy covers this, so nobody could approve it.${risk}`
  const suspended =
    shown.suspendedBy === null
      ? ''
      : `Not pre-authorised: the review of the emergency change CHG-${shown.suspendedBy} is overdue. `
  return `${suspended}Then ${counted(shown.stages.length, 'approval')}: ${shown.stages.join(', ')}.${risk}`
}

function actText({
  issues,
  blocking,
  standard,
  edited,
}: {
  issues: number
  blocking: number
  standard: boolean
  edited: boolean
}): string {
  if (issues === 0 && blocking > 0) return `Review ${counted(blocking, 'blocking check')}`
  if (edited) return 'Submit the new revision'
  return standard ? 'Onboard now' : 'Submit for approval'
}
