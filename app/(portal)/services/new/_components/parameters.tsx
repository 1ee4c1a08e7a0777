'use client'
import { Field, Input, Select } from '#components/ui/field.tsx'
import { fieldId } from './form-issues.ts'
import { type Parameter, parametersOf } from './options.ts'
import type { FieldsProps } from './questions.tsx'

/** What the chosen template asks for, with its defaults. */
export function Parameters({ options, request, errors, mine, set }: FieldsProps) {
  const template = options.templates.find((candidate) => candidate.name === request.template)
  return parametersOf(template).map((parameter) => {
    const field = `parameters.${parameter.key}`
    return (
      <Field
        key={field}
        id={fieldId(field)}
        label={parameter.title}
        hint={parameter.description}
        error={errors[field]}
      >
        <ParameterInput
          parameter={parameter}
          field={field}
          value={request.parameters[parameter.key]}
          invalid={errors[field] !== undefined}
          onChange={(value) => set({ parameters: { ...mine.parameters, [parameter.key]: value } })}
        />
      </Field>
    )
  })
}

type ParameterInputProps = {
  parameter: Parameter
  field: string
  value: unknown
  invalid: boolean
  onChange: (value: unknown) => void
}

function ParameterInput({ parameter, field, value, invalid, onChange }: ParameterInputProps) {
  const id = fieldId(field)
  const text = value === undefined ? '' : String(value)
  if (parameter.type === 'yes_no') {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    )
  }
  if (parameter.choices) {
    return (
      <Select
        id={id}
        data-field={field}
        value={text}
        onChange={(event) => onChange(event.target.value)}
      >
        {parameter.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </Select>
    )
  }
  return (
    <Input
      id={id}
      data-field={field}
      invalid={invalid}
      inputMode={parameter.type === 'number' ? 'numeric' : 'text'}
      value={text}
      onChange={(event) =>
        onChange(
          parameter.type === 'number' ? numberOrText(event.target.value) : event.target.value,
        )
      }
    />
  )
}

/** A number when it reads as one; what is being typed stays as typed, and the template's schema says what is wrong. */
function numberOrText(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
