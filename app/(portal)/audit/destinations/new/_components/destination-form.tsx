'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input, Select, Textarea } from '#components/ui/field.tsx'
import { registerDestinationAction } from '../../actions.ts'

const FORMATS = [
  { value: 'jsonl', label: 'JSON Lines', about: 'our own members; the hash can be computed again' },
  { value: 'ocsf', label: 'OCSF 1.7.0', about: 'authentication, accounts, groups, entities' },
  { value: 'cef', label: 'CEF', about: 'ArcSight’s; what was recorded is cut at 4,000 characters' },
]
const TRANSPORTS = [
  { value: 'https', label: 'HTTPS', about: 'acknowledged by the receiver’s 2xx' },
  { value: 'syslog_tls', label: 'Syslog, TLS', about: 'RFC 5425; acknowledges nothing' },
  {
    value: 'syslog_tcp',
    label: 'Syslog, TCP',
    about: 'RFC 6587; acknowledges nothing, and others can read it on its way',
  },
]
const ADDRESSES: Readonly<Record<string, string>> = {
  https: 'https://siem.bank.example/events',
  syslog_tls: 'syslogs://siem.bank.example:6514',
  syslog_tcp: 'syslog://siem.bank.example:601',
}
type Errors = Readonly<Record<string, string>>
type FormProps = { tenants: readonly { slug: string; name: string }[] }

/** Everything about a destination on one page; what is wrong stands at its field. */
export function DestinationForm({ tenants }: FormProps) {
  const router = useRouter()
  const [format, setFormat] = useState('jsonl')
  const [transport, setTransport] = useState('https')
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const input = inputOf(new FormData(event.currentTarget))
    const answer = await reach(() => registerDestinationAction(input))
    if (answer.ok) {
      router.push('/audit/destinations')
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
      <Line name="name" label="Name" errors={errors} />
      <FieldSet id="format" label="Format" error={errors.format}>
        <PickOne name="format" value={format} onChange={setFormat} choices={FORMATS} />
      </FieldSet>
      <FieldSet id="transport" label="Sent by" error={errors.transport}>
        <PickOne name="transport" value={transport} onChange={setTransport} choices={TRANSPORTS} />
      </FieldSet>
      <Line
        name="endpoint"
        label="Address"
        hint={`${ADDRESSES[transport]}. The worker calls it; OUTBOUND_ALLOW names it.`}
        errors={errors}
      />
      <Field id="covers" label="Covers" error={errors.covers}>
        <Select id="covers" name="covers" defaultValue="">
          <option value="">Every tenant, those to come included</option>
          {tenants.map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
      {transport === 'syslog_tcp' ? null : (
        <Field
          id="caPem"
          label="Certificate authority, PEM"
          hint="Leave empty for public authorities. It is always verified."
          error={errors.caPem}
        >
          <Textarea id="caPem" name="caPem" className="mono" rows={5} spellCheck={false} />
        </Field>
      )}
      {transport === 'https' ? <Secrets errors={errors} /> : null}
      <div className="mt-2">
        <Button type="submit" kind="primary" pending={pending}>
          Register and send
        </Button>
      </div>
    </form>
  )
}

function Secrets({ errors }: { errors: Errors }) {
  return (
    <>
      <Line
        name="token"
        label="Bearer token"
        hint="Sealed before it is stored: the worker alone can open it, and nobody sees it again."
        errors={errors}
        secret
      />
      <Line
        name="signingKey"
        label="Key that signs each batch"
        hint="HMAC-SHA256 in x-stairway-signature. Leave empty when the receiver does not check one."
        errors={errors}
        secret
      />
    </>
  )
}

type LineProps = { name: string; label: string; hint?: string; errors: Errors; secret?: true }

function Line({ name, label, hint, errors, secret }: LineProps) {
  return (
    <Field id={name} label={label} hint={hint} error={errors[name]}>
      <Input
        id={name}
        name={name}
        type={secret ? 'password' : 'text'}
        autoComplete={secret ? 'new-password' : 'off'}
        invalid={errors[name] !== undefined}
      />
    </Field>
  )
}

function inputOf(form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    name: text('name'),
    format: text('format') as 'jsonl',
    transport: text('transport') as 'https',
    endpoint: text('endpoint'),
    caPem: text('caPem'),
    covers: text('covers'),
    token: text('token'),
    signingKey: text('signingKey'),
  }
}

/** Refusals that one field can mend. */
const FIELD_OF: Readonly<Record<string, string>> = {
  destination_name_taken: 'name',
  endpoint_not_allowed: 'endpoint',
  certificate_unreadable: 'caPem',
  certificate_expired: 'caPem',
  tenant_unknown: 'covers',
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
