'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input, Select, Textarea } from '#components/ui/field.tsx'
import { dataClassName } from '#components/words.ts'
import { registerClusterAction } from '../../../actions.ts'

type RegisterFormProps = { regions: readonly string[]; environments: readonly string[] }
type Errors = Readonly<Record<string, string>>

const CLASSES = [0, 1, 2, 3]

/** Everything on one page; what is wrong stands at its field, and what was typed stays. */
export function RegisterForm({ regions, environments }: RegisterFormProps) {
  const router = useRouter()
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const input = inputOf(new FormData(event.currentTarget))
    const answer = await reach(() => registerClusterAction(input))
    setPending(false)
    if (answer.ok) return router.push(`/fleet/clusters/${answer.value.name}`)
    const atFields = fieldErrors(answer.error)
    setErrors(atFields)
    setRefused(Object.keys(atFields).length === 0 ? errorText(answer.error) : null)
    const [first] = Object.keys(atFields)
    if (first) document.getElementById(`cluster-${first}`)?.focus()
  }

  return (
    <form
      className="grid max-w-[640px] gap-1"
      onSubmit={(event) => void onSubmit(event)}
      noValidate
    >
      {refused ? <ErrorPanel text={refused} /> : null}
      <Text
        name="name"
        label="Name"
        hint="As people call it; clusters keep their name for good."
        errors={errors}
        mono
      />
      <Text
        name="endpoint"
        label="Address of its API server"
        hint="https://host:port"
        errors={errors}
        mono
      />
      <Long name="caPem" label="Certificate authority, PEM" errors={errors} />
      <Long
        name="token"
        label="Token"
        errors={errors}
        hint="Of the service account stairway-system/stairway."
      />
      <div className="field-pair">
        <Text name="region" label="Region" errors={errors} list={regions} />
        <Text name="zone" label="Zone" errors={errors} />
      </div>
      <FieldSet
        id="cluster-environments"
        label="Environments it serves"
        error={errors.environments}
      >
        <div className="flex flex-wrap gap-4">
          {environments.map((environment) => (
            <label key={environment} className="flex min-h-8 items-center gap-2">
              <input type="checkbox" name="environments" value={environment} />
              {environment}
            </label>
          ))}
        </div>
      </FieldSet>
      <Field id="cluster-accreditedClass" label="Accredited for data up to">
        <Select id="cluster-accreditedClass" name="accreditedClass" defaultValue="1">
          {CLASSES.map((level) => (
            <option key={level} value={level}>
              {dataClassName(level)}
            </option>
          ))}
        </Select>
      </Field>
      <Text
        name="ingressNamespace"
        label="Namespace of its ingress controller"
        hint="Leave empty when there is none; services that serve HTTP admit it."
        errors={errors}
        mono
      />
      <div className="mt-2">
        <Button type="submit" kind="primary" pending={pending}>
          Register and look at it
        </Button>
      </div>
    </form>
  )
}

type TextProps = {
  name: string
  label: string
  hint?: string
  errors: Errors
  mono?: boolean
  list?: readonly string[]
}

function Text({ name, label, hint, errors, mono, list }: TextProps) {
  const id = `cluster-${name}`
  return (
    <Field id={id} label={label} hint={hint} error={errors[name]}>
      <Input
        id={id}
        name={name}
        className={mono ? 'mono' : ''}
        invalid={errors[name] !== undefined}
        maxLength={300}
        list={list ? `${id}-list` : undefined}
      />
      {list ? (
        <datalist id={`${id}-list`}>
          {list.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      ) : null}
    </Field>
  )
}

function Long({ name, label, hint, errors }: TextProps) {
  const id = `cluster-${name}`
  return (
    <Field id={id} label={label} hint={hint} error={errors[name]}>
      <Textarea
        id={id}
        name={name}
        className="mono"
        rows={name === 'token' ? 2 : 5}
        spellCheck={false}
        autoComplete="off"
        invalid={errors[name] !== undefined}
      />
    </Field>
  )
}

function inputOf(form: FormData): Parameters<typeof registerClusterAction>[0] {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    name: text('name'),
    endpoint: text('endpoint'),
    caPem: text('caPem'),
    token: text('token'),
    region: text('region'),
    zone: text('zone'),
    environments: form.getAll('environments').map(String),
    accreditedClass: Number(text('accreditedClass')),
    ingressNamespace: text('ingressNamespace'),
  }
}

type Refusal = { code: string } & Record<string, unknown>

function fieldErrors(error: Refusal): Errors {
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

/** Refusals that one field can mend. */
const FIELD_OF: Readonly<Record<string, string>> = {
  cluster_name_taken: 'name',
  endpoint_taken: 'endpoint',
  endpoint_not_allowed: 'endpoint',
  certificate_unreadable: 'caPem',
  certificate_expired: 'caPem',
  environment_unknown: 'environments',
}
