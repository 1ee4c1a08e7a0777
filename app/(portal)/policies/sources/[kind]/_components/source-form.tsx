'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import type { SOURCE_KIND_WORDS } from '#components/source-words.ts'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input, Textarea } from '#components/ui/field.tsx'
import { proposeSourceAction } from '../../../actions.ts'

type Kind = keyof typeof SOURCE_KIND_WORDS
type Active = {
  transport: 'https' | 'file'
  format: 'csv' | 'json'
  address: string
  everyMinutes: number
  maxRemovedPercent: number
}
type FormProps = { kind: Kind; columns: string; active: Active | null }
type Errors = Readonly<Record<string, string>>

const TRANSPORTS = [
  { value: 'https', label: 'HTTPS', about: 'fetched by the worker; always verified' },
  {
    value: 'file',
    label: 'A file',
    about: 'below the folder of feeds, which whoever runs the worker sets',
  },
]
const FORMATS = [
  {
    value: 'csv',
    label: 'CSV',
    about: 'UTF-8, names of columns in the first line; lists by semicolons',
  },
  { value: 'json', label: 'JSON', about: 'a list of rows, or { asOf, rows }' },
]

/** Where a kind is read, on one page; what is wrong stands at its field. */
export function SourceForm({ kind, columns, active }: FormProps) {
  const router = useRouter()
  const [transport, setTransport] = useState<string>(active?.transport ?? 'https')
  const [format, setFormat] = useState<string>(active?.format ?? 'csv')
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const input = inputOf(kind, new FormData(event.currentTarget))
    const answer = await reach(() => proposeSourceAction(input))
    if (answer.ok) {
      router.push('/policies?view=sources')
      return router.refresh()
    }
    setPending(false)
    const atFields = fieldErrors(answer.error)
    setErrors(atFields)
    setRefused(Object.keys(atFields).length === 0 ? errorText(answer.error) : null)
  }

  return (
    <form
      className="grid max-w-[640px] gap-1"
      onSubmit={(event) => void onSubmit(event)}
      noValidate
    >
      {refused ? <ErrorPanel text={refused} /> : null}
      <FieldSet id="transport" label="Read by" error={errors.transport}>
        <PickOne name="transport" value={transport} onChange={setTransport} choices={TRANSPORTS} />
      </FieldSet>
      <FieldSet id="format" label="Format" error={errors.format}>
        <PickOne name="format" value={format} onChange={setFormat} choices={FORMATS} />
      </FieldSet>
      <p className="mb-2 text-xs text-ink-2">
        Columns: <span className="mono wrap-anywhere">{columns}</span>
      </p>
      <Line
        name="address"
        label={transport === 'https' ? 'Address' : 'Path'}
        hint={
          transport === 'https'
            ? `https://feeds.bank.example/${kind}.${format}. The worker calls it; OUTBOUND_ALLOW names it.`
            : `hr/${kind}.${format}, below FEEDS_FOLDER`
        }
        value={active?.transport === transport ? active.address : ''}
        errors={errors}
      />
      {transport === 'https' ? <Trust errors={errors} /> : null}
      <Line
        name="everyMinutes"
        label="Every so many minutes"
        value={String(active?.everyMinutes ?? 60)}
        errors={errors}
      />
      <Line
        name="maxRemovedPercent"
        label="At most so many per cent may go at once"
        hint="A feed that would remove more is held until an administrator accepts it."
        value={String(active?.maxRemovedPercent ?? 20)}
        errors={errors}
      />
      <Line
        name="reason"
        label="Why"
        hint="Whoever confirms reads it; it stands in the audit."
        errors={errors}
      />
      <div className="mt-2">
        <Button type="submit" kind="primary" pending={pending}>
          Propose
        </Button>
      </div>
    </form>
  )
}

function Trust({ errors }: { errors: Errors }) {
  return (
    <>
      <Field
        id="caPem"
        label="Certificate authority, PEM"
        hint="Leave empty for public authorities."
        error={errors.caPem}
      >
        <Textarea id="caPem" name="caPem" className="mono" rows={4} spellCheck={false} />
      </Field>
      <Line
        name="token"
        label="Bearer token"
        hint="Sealed before it is stored: the worker alone can open it, and nobody sees it again."
        errors={errors}
        secret
      />
    </>
  )
}

type LineProps = {
  name: string
  label: string
  hint?: string
  value?: string
  errors: Errors
  secret?: true
}

function Line({ name, label, hint, value, errors, secret }: LineProps) {
  return (
    <Field id={name} label={label} hint={hint} error={errors[name]}>
      <Input
        id={name}
        name={name}
        type={secret ? 'password' : 'text'}
        autoComplete={secret ? 'new-password' : 'off'}
        defaultValue={value}
        key={value}
        invalid={errors[name] !== undefined}
      />
    </Field>
  )
}

function inputOf(kind: Kind, form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    kind,
    transport: text('transport') as 'https',
    format: text('format') as 'csv',
    address: text('address'),
    caPem: text('caPem'),
    token: text('token'),
    everyMinutes: Number(text('everyMinutes')),
    maxRemovedPercent: Number(text('maxRemovedPercent')),
    reason: text('reason'),
  }
}

/** Refusals that one field can mend. */
const FIELD_OF: Readonly<Record<string, string>> = {
  endpoint_not_allowed: 'address',
  certificate_unreadable: 'caPem',
  certificate_expired: 'caPem',
}

function fieldErrors(error: { code: string } & Record<string, unknown>): Errors {
  if (error.code === 'malformed')
    return Object.fromEntries(
      (error.issues as { path: string; message: string }[]).map(({ path, message }) => [
        path.split('.')[0] ?? '',
        message,
      ]),
    )
  const field = FIELD_OF[error.code]
  return field ? { [field]: errorText(error as KnownError).happened } : {}
}
