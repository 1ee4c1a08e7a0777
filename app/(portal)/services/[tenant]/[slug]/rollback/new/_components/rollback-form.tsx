'use client'
import { usePathname, useRouter } from 'next/navigation'
import { type FormEvent, useState, useTransition } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input, Select } from '#components/ui/field.tsx'
import { momentText } from '#components/ui/time-text.ts'
import { useZone } from '#components/ui/zone.tsx'
import { counted } from '#components/words.ts'
import { rollBackAction } from '../../../actions.ts'

type RollbackFormProps = {
  environments: readonly string[]
  preview: {
    serviceId: string
    slug: string
    environment: string
    branch: string
    clusters: readonly string[]
    chosen: readonly string[]
    recorded: readonly { commit: string; instances: number; at: string }[]
    pinned: boolean
    /** Commits that run now. */
    runs: readonly string[]
    choice: {
      commit: string | null
      /** Of the plan below. */
      planHash: string
      band: string
      stages: readonly string[]
      /** Has the Git host said what lies between? */
      known: boolean
      barred: boolean
    } | null
  }
}

/** Where to and on which clusters; the plan of the chosen answer stands below, rendered by the server. */
export function RollbackForm({ environments, preview }: RollbackFormProps) {
  const { serviceId, environment, clusters, chosen, choice } = preview
  const router = useRouter()
  const path = usePathname()
  const [rendering, startRendering] = useTransition()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<ErrorText | null>(null)
  const some = chosen.length < clusters.length ? chosen : []
  const to = choice ? (choice.commit ?? 'branch') : ''

  function choose(next: { environment?: string; to?: string; clusters?: readonly string[] }): void {
    const moves = next.environment !== undefined
    const query = new URLSearchParams({ environment: next.environment ?? environment })
    const revision = next.to ?? (moves ? '' : to)
    if (revision) query.set('to', revision)
    for (const cluster of next.clusters ?? (moves ? [] : some)) query.append('cluster', cluster)
    setError(null)
    startRendering(() => router.replace(`${path}?${query}`, { scroll: false }))
  }

  function toggle(cluster: string): void {
    const without = chosen.filter((name) => name !== cluster)
    const next = chosen.includes(cluster) ? without : [...chosen, cluster]
    if (next.length > 0) choose({ clusters: next.length === clusters.length ? [] : next })
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending || rendering || !choice || choice.barred || !choice.known) return
    const reason = String(new FormData(event.currentTarget).get('reason') ?? '')
    const { commit, planHash } = choice
    setPending(true)
    const answer = await reach(() =>
      rollBackAction({ serviceId, environment, clusters: [...some], commit, planHash, reason }),
    )
    if (answer.ok) return router.push(`/changes/${answer.value.number}`)
    setPending(false)
    setError(errorText(answer.error))
    if (answer.error.code === 'stands_otherwise') router.refresh()
  }

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

type Preview = RollbackFormProps['preview']

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
  const { stages, band } = choice
  return `Then ${counted(stages.length, 'approval')}: ${stages.join(', ')}. Risk ${band}; never pre-authorised.`
}
