'use client'
import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import type { ErrorText } from '#components/error-text.ts'
import { CodeView } from '#components/plan/code-view.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, Select } from '#components/ui/field.tsx'
import { Note } from '#components/ui/note.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { BANDS, type Band, type Choices, type Simulated } from './draft.ts'
import type { Preview } from './use-preview.ts'

type EffectProps = {
  preview: Preview | null
  trouble: ErrorText | null
  asking: boolean
  simulated: Simulated
  choices: Choices
  onSimulate: (simulated: Simulated) => void
}

/** What the policy would do: who decides on it, what it asks less, which of the last changes would differ, and a made-up change under both. */
export function Effect({ preview, trouble, asking, ...simulation }: EffectProps) {
  return (
    <aside className="aside" aria-label="What it would do" aria-busy={asking}>
      <h2 className="mt-3">What it would do</h2>
      {trouble ? <ErrorPanel text={trouble} /> : null}
      {preview ? <Told preview={preview} /> : null}
      <h3 className="mt-5 mb-1">A made-up change</h3>
      <Simulator preview={preview} {...simulation} />
      {preview ? (
        <>
          <h3 className="mt-5 mb-1">Its text</h3>
          <CodeView
            label="Text of the policy"
            text={preview.after}
            previous={preview.before ?? undefined}
            yaml
          />
        </>
      ) : null}
    </aside>
  )
}

function Told({ preview }: { preview: Preview }) {
  const { loosened, replay, stages, unfillable, band } = preview
  const differ = replay.differ.length
  return (
    <>
      <p className="mt-1 text-ink-2">
        Decided by: {stages.join(', ')}. Risk {band}.
      </p>
      {unfillable.length > 0 ? (
        <Note
          className="mt-2"
          tone="bad"
          shape="fail"
          title={`Nobody can approve this: ${unfillable.join(', ')}`}
        />
      ) : null}
      {loosened.length > 0 ? (
        <Note
          className="mt-2"
          tone="warn"
          shape="warn"
          title="It asks for less than the one in force"
        >
          <ul>
            {loosened.map((words) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      {replay.uncovered > 0 ? (
        <Note
          className="mt-2"
          tone="bad"
          shape="fail"
          title={`${counted(replay.uncovered, 'change')} would have had nobody to ask`}
        >
          <p>Such a request is refused, not waved through.</p>
        </Note>
      ) : null}
      <h3 className="mt-5 mb-1">
        {replay.looked === 0
          ? 'Past changes'
          : `The last ${counted(replay.looked, 'change')} again`}
      </h3>
      {differ === 0 ? (
        <p className="text-ink-2">
          {replay.looked === 0
            ? 'There is none to ask again yet.'
            : 'Each would have had the same stages.'}
        </p>
      ) : (
        <ul className="grid gap-3">
          {replay.differ.map((change) => (
            <li key={change.number}>
              <Link className="link mono" href={`/changes/${change.number}`}>
                {changeNumber(change.number)}
              </Link>{' '}
              <span className="wrap-anywhere">{change.title}</span>
              <Lines
                sign="−"
                words={change.before.filter((words) => !change.after.includes(words))}
              />
              <Lines
                sign="+"
                words={change.after.filter((words) => !change.before.includes(words))}
              />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Lines({ sign, words }: { sign: string; words: readonly string[] }) {
  return words.map((line) => (
    <p key={line} className="text-xs text-ink-2">
      <span className="mono">{sign}</span> {line}
    </p>
  ))
}

function Simulator({
  preview,
  simulated,
  choices,
  onSimulate,
}: Pick<EffectProps, 'preview' | 'simulated' | 'choices' | 'onSimulate'>) {
  const set = (given: Partial<Simulated>) => onSimulate({ ...simulated, ...given })
  return (
    <>
      <div className="field-pair">
        <Choice
          id="sim-tenant"
          label="Tenant"
          value={simulated.tenant}
          onChange={(tenant) => set({ tenant })}
          options={choices.tenants.map(({ slug, name }) => [slug, name])}
        />
        <Choice
          id="sim-environment"
          label="Environment"
          value={simulated.environments[0] ?? ''}
          onChange={(name) => set({ environments: [name] })}
          options={choices.environments.map((name) => [name, name])}
        />
      </div>
      <div className="field-pair mt-2">
        <Choice
          id="sim-class"
          label="Data"
          value={String(simulated.dataClass)}
          onChange={(level) => set({ dataClass: Number(level) })}
          options={[0, 1, 2, 3].map((level) => [String(level), dataClassName(level)])}
        />
        <Choice
          id="sim-risk"
          label="Risk"
          value={simulated.band}
          onChange={(band) => set({ band: band as Band })}
          options={BANDS.map((band) => [band, band])}
        />
      </div>
      {preview?.simulation ? (
        <div className="mt-3 grid gap-3">
          <Stages title="Today" stages={preview.simulation.today} />
          <Stages title="With this policy" stages={preview.simulation.proposed} />
        </div>
      ) : null}
    </>
  )
}

type ChoiceProps = {
  id: string
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}

function Choice({ id, label, value, options, onChange }: ChoiceProps) {
  return (
    <Field id={id} label={label}>
      <Select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </Select>
    </Field>
  )
}

type SimulatedStages = NonNullable<Preview['simulation']>['today']

function Stages({ title, stages }: { title: string; stages: SimulatedStages }) {
  return (
    <div>
      <p className="label">{title}</p>
      {stages.length === 0 ? (
        <p className="text-ink-2">Nobody is asked: the request is refused.</p>
      ) : (
        <ol className="grid gap-1">
          {stages.map(({ name, order, policy, quorum, people }) => (
            <li key={`${order} ${policy} ${name}`}>
              <span className="name">
                {order} · {name}
              </span>{' '}
              <span className="text-xs text-ink-3">{policy}</span>
              <p className="text-xs text-ink-2">
                {people.length === 0
                  ? `${quorum} needed, and nobody could act`
                  : `${quorum} of ${people.slice(0, 6).join(', ')}${people.length > 6 ? ` and ${people.length - 6} more` : ''}`}
              </p>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
