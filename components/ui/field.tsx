import type { ComponentProps, ReactNode } from 'react'
import { Shape } from '#components/states/shape.tsx'
import { cn } from './class-names.ts'

type FieldProps = {
  /** Id of the input; hint and error get ids made from it, see `describedBy`. */
  id: string
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  className?: string
  children: ReactNode
}

/** Label above, then the control, then hint or error. Give the control `aria-describedby={describedBy(id, …)}`. */
export function Field({ id, label, hint, error, className, children }: FieldProps) {
  return (
    <div className={cn('field', className)}>
      <label className="label" htmlFor={id}>
        {label}
      </label>
      {children}
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  )
}

/** The same for a group of choices: a fieldset with its legend. */
export function FieldSet({ id, label, hint, error, className, children }: FieldProps) {
  return (
    <fieldset id={id} className={cn('field', className)} aria-describedby={`${id}-hint`}>
      <legend className="label">{label}</legend>
      {children}
      <FieldNotes id={id} hint={hint} error={error} />
    </fieldset>
  )
}

function FieldNotes({
  id,
  hint,
  error,
}: {
  id: string
  hint?: ReactNode
  error?: string | undefined
}) {
  return (
    <div id={`${id}-hint`}>
      {error ? (
        <p className="error">
          <Shape name="fail" />
          {error}
        </p>
      ) : null}
      {hint ? <div className="hint">{hint}</div> : null}
    </div>
  )
}

/** One line of text. Pass the id of its `Field`; `invalid` marks it wrong. */
export function Input({
  invalid,
  className,
  ...rest
}: ComponentProps<'input'> & { invalid?: boolean }) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      {...rest}
      className={cn('input', className)}
      aria-invalid={invalid || undefined}
      aria-describedby={rest['aria-describedby'] ?? (rest.id ? `${rest.id}-hint` : undefined)}
    />
  )
}

/** Several lines of text. */
export function Textarea({
  invalid,
  className,
  ...rest
}: ComponentProps<'textarea'> & { invalid?: boolean }) {
  return (
    <textarea
      rows={3}
      {...rest}
      className={cn('input', className)}
      aria-invalid={invalid || undefined}
      aria-describedby={rest['aria-describedby'] ?? (rest.id ? `${rest.id}-hint` : undefined)}
    />
  )
}

/** One of a short list, the browser's own control: works everywhere, on phones best. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return <select {...rest} className={cn('input select', className)} />
}
