'use client'
import { Field, Input } from '#components/ui/field.tsx'
import { figureOf } from './draft.ts'

type FigureProps = {
  id: string
  label: string
  hint?: string
  value: number | undefined
  max: number
  onChange: (value: number | undefined) => void
}

/** A whole number of at least one, or none. */
export function Figure({ id, label, hint, value, max, onChange }: FigureProps) {
  return (
    <Field id={id} label={label} hint={hint}>
      <Input
        id={id}
        type="number"
        min={1}
        max={max}
        value={value ?? ''}
        onChange={({ target }) => onChange(figureOf(target.value))}
      />
    </Field>
  )
}
