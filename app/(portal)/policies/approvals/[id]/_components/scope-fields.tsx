'use client'
import { Field, FieldSet, Select } from '#components/ui/field.tsx'
import { dataClassName } from '#components/words.ts'
import { BANDS, type Band, type Choices, type Scope, toggled } from './draft.ts'

type ScopeFieldsProps = { scope: Scope; choices: Choices; onChange: (scope: Scope) => void }

const CLASSES = [0, 1, 2, 3]
const ABOUT = [
  { value: 'services', label: 'Changes to services' },
  { value: 'cluster_baseline', label: 'Baselines of clusters' },
  { value: 'edit_policy', label: 'Approval policies' },
] as const

/** Which changes the policy speaks about. Nothing chosen means every one. */
export function ScopeFields({ scope, choices, onChange }: ScopeFieldsProps) {
  const about = scope.kinds?.[0] ?? 'services'
  const tenants = choices.tenants.map(({ slug }) => slug)
  return (
    <>
      <Field id="scope-about" label="Speaks about">
        <Select
          id="scope-about"
          value={about}
          onChange={(event) => {
            const kind = ABOUT.find(({ value }) => value === event.target.value)?.value
            const kinds = kind === undefined || kind === 'services' ? undefined : [kind]
            onChange({ ...scope, kinds })
          }}
        >
          {ABOUT.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {about === 'services' ? (
        <>
          <Many
            id="scope-environments"
            label="In environments"
            hint="None chosen: in every one."
            all={choices.environments.map((name) => ({ value: name, label: name }))}
            chosen={scope.environments ?? []}
            onToggle={(name) => {
              const chosen = toggled(choices.environments, scope.environments ?? [], name)
              onChange({ ...scope, environments: chosen.length > 0 ? chosen : undefined })
            }}
          />
          <Many
            id="scope-tenants"
            label="Of tenants"
            hint="None chosen: of every one."
            all={choices.tenants.map(({ slug, name }) => ({ value: slug, label: name }))}
            chosen={scope.tenants ?? []}
            onToggle={(slug) => {
              const chosen = toggled(tenants, scope.tenants ?? [], slug)
              onChange({ ...scope, tenants: chosen.length > 0 ? chosen : undefined })
            }}
          />
          <div className="field-pair mt-4">
            <Field id="scope-class" label="From this class of data">
              <Select
                id="scope-class"
                value={scope.dataClassAtLeast ?? ''}
                onChange={({ target }) =>
                  onChange({
                    ...scope,
                    dataClassAtLeast: target.value === '' ? undefined : Number(target.value),
                  })
                }
              >
                <option value="">Any</option>
                {CLASSES.map((level) => (
                  <option key={level} value={level}>
                    {dataClassName(level)}
                  </option>
                ))}
              </Select>
            </Field>
            <Field id="scope-risk" label="From this risk">
              <Select
                id="scope-risk"
                value={scope.riskAtLeast ?? ''}
                onChange={({ target }) =>
                  onChange({
                    ...scope,
                    riskAtLeast: BANDS.find((band: Band) => band === target.value),
                  })
                }
              >
                <option value="">Any</option>
                {BANDS.map((band) => (
                  <option key={band} value={band}>
                    {band}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
        </>
      ) : null}
    </>
  )
}

type ManyProps = {
  id: string
  label: string
  hint?: string
  all: readonly { value: string; label: string }[]
  chosen: readonly string[]
  onToggle: (value: string) => void
}

/** Any number of a few, as boxes to tick. */
export function Many({ id, label, hint, all, chosen, onToggle }: ManyProps) {
  return (
    <FieldSet id={id} label={label} hint={hint}>
      <div className="flex flex-wrap gap-x-4">
        {all.map(({ value, label: words }) => (
          <label key={value} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() => onToggle(value)}
            />
            {words}
          </label>
        ))}
      </div>
    </FieldSet>
  )
}
