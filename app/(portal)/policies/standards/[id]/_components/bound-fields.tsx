'use client'
import { Field, FieldSet, Input, Select } from '#components/ui/field.tsx'
import { dataClassName } from '#components/words.ts'
import type { Bounds, Choices } from './draft.ts'

const RISKS = ['low', 'medium', 'high', 'critical'] as const
const SIZES = ['small', 'medium', 'large'].map((name) => ({ value: name, label: name }))
const CLASSES = [0, 1, 2, 3].map((level) => [String(level), dataClassName(level)] as const)
const TIERS = [
  ['4', '4 only'],
  ['3', '3 or less critical'],
  ['2', '2 or less critical'],
  ['1', 'every tier'],
] as const

type BoundFieldsProps = { bounds: Bounds; choices: Choices; onChange: (bounds: Bounds) => void }

/** The bounds: a request must keep to every one of them. */
export function BoundFields({ bounds, choices, onChange }: BoundFieldsProps) {
  const set = (given: Partial<Bounds>) => onChange({ ...bounds, ...given })
  const tenants = choices.tenants.map(({ slug, name }) => ({ value: slug, label: name }))
  const templates = choices.templates.map(({ name, title }) => ({ value: name, label: title }))
  return (
    <>
      <Many
        {...{ id: 'templates', label: 'Templates', all: templates, chosen: bounds.templates }}
        onChange={(chosen) => set({ templates: chosen })}
      />
      <Many
        {...{ id: 'environments', label: 'Environments', chosen: bounds.environments }}
        all={choices.environments.map((name) => ({ value: name, label: name }))}
        onChange={(chosen) => set({ environments: chosen })}
      />
      <Many
        {...{ id: 'sizes', label: 'Sizes', all: SIZES, chosen: bounds.sizes }}
        onChange={(sizes) => set({ sizes })}
      />
      <Many
        {...{ id: 'tenants', label: 'Tenants', all: tenants, chosen: bounds.tenants ?? [] }}
        hint="None chosen: every one, those to come included."
        onChange={(chosen) => set({ tenants: chosen.length > 0 ? chosen : undefined })}
      />
      <div className="field-pair">
        <Pick
          {...{ id: 'class', label: 'Data, at most', options: CLASSES }}
          value={String(bounds.dataClassAtMost)}
          onChange={(level) => set({ dataClassAtMost: Number(level) })}
        />
        <Pick
          {...{ id: 'tier', label: 'Tier', options: TIERS }}
          value={String(bounds.tierAtLeast)}
          onChange={(tier) => set({ tierAtLeast: Number(tier) })}
        />
      </div>
      <div className="field-pair">
        <Field id="targets" label="Targets, at most">
          <Input
            id="targets"
            type="number"
            min={1}
            max={500}
            value={bounds.targetsAtMost}
            onChange={({ target }) => set({ targetsAtMost: Number(target.value) })}
          />
        </Field>
        <Pick
          {...{ id: 'risk', label: 'Risk, at most', value: bounds.riskAtMost }}
          options={RISKS.map((band) => [band, band])}
          onChange={(band) => set({ riskAtMost: RISKS.find((one) => one === band) ?? 'low' })}
        />
      </div>
      {bounds.parameters ? (
        <p className="mt-1 text-xs text-ink-2 wrap-anywhere">
          Parameters are bound as before: {parametersIn(bounds.parameters)}
        </p>
      ) : null}
    </>
  )
}

function parametersIn(parameters: NonNullable<Bounds['parameters']>): string {
  return Object.entries(parameters)
    .map(([name, values]) => `${name}: ${values.join(', ')}`)
    .join('; ')
}

type ManyProps = {
  id: string
  label: string
  hint?: string
  all: readonly { value: string; label: string }[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

function Many({ id, label, hint, all, chosen, onChange }: ManyProps) {
  const order = all.map(({ value }) => value)
  return (
    <FieldSet id={id} label={label} hint={hint}>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {all.map(({ value, label: words }) => (
          <label key={value} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={({ target }) =>
                onChange(
                  order.filter((one) => (one === value ? target.checked : chosen.includes(one))),
                )
              }
            />
            {words}
          </label>
        ))}
      </div>
    </FieldSet>
  )
}

type PickProps = {
  id: string
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  onChange: (value: string) => void
}

function Pick({ id, label, value, options, onChange }: PickProps) {
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
