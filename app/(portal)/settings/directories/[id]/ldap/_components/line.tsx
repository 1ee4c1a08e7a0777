import { Field, Input, Textarea } from '#components/ui/field.tsx'

export type Errors = Readonly<Record<string, string>>
type LineProps = {
  name: string
  label: string
  hint?: string
  value?: string
  errors: Errors
  secret?: true
}

/** One line of the form, with what is wrong with it. */
export function Line({ name, label, hint, value, errors, secret }: LineProps) {
  return (
    <Field id={name} label={label} hint={hint} error={errors[name]}>
      <Input
        id={name}
        name={name}
        type={secret ? 'password' : 'text'}
        autoComplete={secret ? 'new-password' : 'off'}
        defaultValue={value}
        invalid={errors[name] !== undefined}
      />
    </Field>
  )
}

/** Several lines of text. */
export function LineArea({ name, label, hint, value, errors }: LineProps) {
  return (
    <Field id={name} label={label} hint={hint} error={errors[name]}>
      <Textarea
        id={name}
        name={name}
        className="mono"
        rows={4}
        spellCheck={false}
        defaultValue={value}
      />
    </Field>
  )
}
