'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Select } from '#components/ui/field.tsx'
import { dataClassName } from '#components/words.ts'
import { registerByKubeconfigAction, registerClusterAction } from '../../../actions.ts'
import { Access, type AccessBy, type Errors, Text } from './access.tsx'

type RegisterFormProps = { regions: readonly string[]; environments: readonly string[] }

const CLASSES = [0, 1, 2, 3]

/** Everything on one page; what is wrong stands at its field, and what was typed stays. */
export function RegisterForm({ regions, environments }: RegisterFormProps) {
  const router = useRouter()
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [pending, setPending] = useState(false)
  const [by, setBy] = useState<AccessBy>('parts')

  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    setPending(true)
    const form = new FormData(event.currentTarget)
    const answer = await reach(() =>
      by === 'parts'
        ? registerClusterAction({ ...factsOf(form), ...partsOf(form) })
        : registerByKubeconfigAction({ ...factsOf(form), ...fileOf(form) }),
    )
    setPending(false)
    if (answer.ok) return router.push(`/fleet/clusters/${answer.value.name}`)
    const atFields = fieldErrors(answer.error, by)
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
      <Access by={by} onChange={setBy} errors={errors} />
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

const textOf = (form: FormData, name: string) => String(form.get(name) ?? '').trim()

function factsOf(form: FormData) {
  return {
    name: textOf(form, 'name'),
    region: textOf(form, 'region'),
    zone: textOf(form, 'zone'),
    environments: form.getAll('environments').map(String),
    accreditedClass: Number(textOf(form, 'accreditedClass')),
    ingressNamespace: textOf(form, 'ingressNamespace'),
  }
}

function partsOf(form: FormData) {
  return {
    endpoint: textOf(form, 'endpoint'),
    caPem: textOf(form, 'caPem'),
    token: textOf(form, 'token'),
  }
}

function fileOf(form: FormData) {
  return { kubeconfig: textOf(form, 'kubeconfig'), context: textOf(form, 'context') }
}

type Refusal = { code: string } & Record<string, unknown>

function fieldErrors(error: Refusal, by: AccessBy): Errors {
  if (error.code === 'malformed')
    return Object.fromEntries(
      (error.issues as { path: string; message: string }[]).map(({ path, message }) => [
        path.split('.')[0] ?? '',
        message,
      ]),
    )
  const own = FIELD_OF[error.code]
  const field = by === 'kubeconfig' && own && OF_FILE.has(own) ? 'kubeconfig' : own
  if (!field) return {}
  const { happened, next } = errorText(error as KnownError)
  return { [field]: field === 'kubeconfig' ? `${happened} ${next}` : happened }
}

/** Refusals that one field can mend. */
const FIELD_OF: Readonly<Record<string, string>> = {
  cluster_name_taken: 'name',
  endpoint_taken: 'endpoint',
  endpoint_not_allowed: 'endpoint',
  certificate_unreadable: 'caPem',
  certificate_expired: 'caPem',
  environment_unknown: 'environments',
  kubeconfig_refused: 'kubeconfig',
}

/** What a kubeconfig gives has no field of its own. */
const OF_FILE: ReadonlySet<string> = new Set(['endpoint', 'caPem'])
