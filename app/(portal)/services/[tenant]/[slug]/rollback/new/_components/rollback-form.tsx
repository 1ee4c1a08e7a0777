'use client'
import { Urgency } from '#components/change/urgency.tsx'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input, Select } from '#components/ui/field.tsx'
import { momentText } from '#components/ui/time-text.ts'
import { useZone } from '#components/ui/zone.tsx'
import { counted } from '#components/words.ts'
import { type RollbackPreview, useRollback } from './use-rollback.ts'

type RollbackFormProps = { environments: readonly string[]; preview: RollbackPreview }

/** Where to and on which clusters; the plan of the chosen answer stands below, rendered by the server. */
export function RollbackForm({ environments, preview }: RollbackFormProps) {
  const { environment, clusters, chosen } = preview
  const { choose, toggle, submit, to, pending, rendering, error, ...urgency } = useRollback(preview)
  return (
    <form onSubmit={(event) => void submit(event)} aria-label={`Roll back ${preview.slug}`}>
      {environments.length > 1 ? (
        <Field id="environment" label="Environment">
          <Select
            id="environment"
            value={environment}
            onChange={(event) => choose({ environment: event.target.value })}
          >
            {environments.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        </Field>
      ) : null}
      <Revision preview={preview} to={to} onChange={(next) => choose({ to: next })} />
      {clusters.length > 1 ? (
        <FieldSet id="clusters" label="Clusters" hint="All of the environment, or some of them.">
          <div className="pick max-h-60 overflow-y-auto">
            {clusters.map((cluster) => (
              <label key={cluster}>
                <input
                  type="checkbox"
                  checked={chosen.includes(cluster)}
                  onChange={() => toggle(cluster)}
                />
                <span className="name mono">{cluster}</span>
              </label>
            ))}
          </div>
        </FieldSet>
      ) : null}
      <Field id="reason" label="Why" hint="Whoever approves reads it; it stands in the audit.">
        <Input id="reason" name="reason" required minLength={3} maxLength={2000} />
      </Field>
      <Urgency
        emergency={urgency.emergency}
        onChange={urgency.hurry}
        ids={{ kind: 'kind', incident: 'incident', why: 'cannot-wait' }}
        wrong={urgency.wrong}
      />
      {error ? <ErrorPanel text={error} /> : null}
      <div className="mt-2 flex flex-wrap items-center gap-3">
        <Button
          type="submit"
          kind="primary"
          pending={pending || rendering}
          barred={barredText(preview)}
        >
          Submit for approval
        </Button>
        <span className="text-xs text-ink-3">{approvalText(preview)}</span>
      </div>
    </form>
  )
}

type Preview = RollbackPreview

type RevisionProps = { preview: Preview; to: string; onChange: (to: string) => void }

function Revision({ preview, to, onChange }: RevisionProps) {
  const { recorded, runs, pinned, branch, clusters } = preview
  const zone = useZone()
  const only = runs.length === 1 ? runs[0] : undefined
  const lines = recorded.filter(({ commit }) => commit !== only || pinned || commit === to)
  return (
    <Field
      id="to"
      label="Where to"
      hint="Revisions that Flux reported Ready with there; the newest fifty are kept."
    >
      <Select id="to" value={to} onChange={(event) => onChange(event.target.value)}>
        <option value="" disabled>
          Choose a revision
        </option>
        {pinned || to === 'branch' ? <option value="branch">Follow {branch} again</option> : null}
        {lines.map(({ commit, instances, at }) => (
          <option key={commit} value={commit} suppressHydrationWarning>
            {commit.slice(0, 7)}, last seen {momentText(new Date(at), new Date(), zone)}
            {clusters.length > 1 ? `, on ${instances} of ${clusters.length}` : ''}
            {runs.includes(commit) ? ', runs now' : ''}
          </option>
        ))}
      </Select>
    </Field>
  )
}

function barredText({ choice }: Preview): string | undefined {
  if (!choice) return 'Choose a revision first.'
  return choice.barred || !choice.known ? 'What stands in the way is said above.' : undefined
}

function approvalText({ choice }: Preview): string {
  if (!choice || choice.barred || !choice.known) return ''
  const { stages, band, reviewHours } = choice
  if (reviewHours !== null)
    return `Then ${stages.join(', ')} decides, and within ${counted(reviewHours, 'hour')} after it ran it is reviewed. Risk ${band}.`
  return `Then ${counted(stages.length, 'approval')}: ${stages.join(', ')}. Risk ${band}; never pre-authorised.`
}
