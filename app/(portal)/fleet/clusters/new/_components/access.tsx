'use client'
import { type ChangeEvent, useRef } from 'react'
import { Field, FieldSet, Input, Textarea } from '#components/ui/field.tsx'

export type AccessBy = 'parts' | 'kubeconfig'
export type Errors = Readonly<Record<string, string>>

type AccessProps = { by: AccessBy; onChange: (by: AccessBy) => void; errors: Errors }

/** How the cluster is reached: address, authority and token one by one, or a kubeconfig that holds them. */
export function Access({ by, onChange, errors }: AccessProps) {
  const choices = [
    ['parts', 'Address, certificate and token'],
    ['kubeconfig', 'A kubeconfig'],
  ] as const
  return (
    <>
      <FieldSet id="cluster-by" label="How Stairway reaches it">
        <div className="flex flex-wrap gap-4">
          {choices.map(([value, label]) => (
            <label key={value} className="flex min-h-8 items-center gap-2">
              <input
                type="radio"
                name="by"
                value={value}
                checked={by === value}
                onChange={() => onChange(value)}
              />
              {label}
            </label>
          ))}
        </div>
      </FieldSet>
      {by === 'parts' ? <Parts errors={errors} /> : <Kubeconfig errors={errors} />}
    </>
  )
}

function Parts({ errors }: { errors: Errors }) {
  return (
    <>
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
    </>
  )
}

function Kubeconfig({ errors }: { errors: Errors }) {
  const text = useRef<HTMLTextAreaElement>(null)
  async function onFile(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const [file] = event.target.files ?? []
    if (file && text.current) text.current.value = await file.text()
  }
  return (
    <>
      <Field
        id="cluster-kubeconfig"
        label="Kubeconfig"
        hint="Of the service account stairway-system/stairway: its token and the authority in the file itself. Programs, certificates and passwords of persons are refused. The file is kept nowhere; its token is sealed."
        error={errors.kubeconfig}
      >
        <Textarea
          ref={text}
          id="cluster-kubeconfig"
          name="kubeconfig"
          className="mono"
          rows={8}
          spellCheck={false}
          autoComplete="off"
          invalid={errors.kubeconfig !== undefined}
        />
      </Field>
      <Field id="cluster-file" label="Or choose its file">
        <Input id="cluster-file" type="file" onChange={(event) => void onFile(event)} />
      </Field>
      <Text
        name="context"
        label="Context"
        hint="Leave empty for its current one."
        errors={errors}
        mono
      />
    </>
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

/** One line of the form, with what is wrong at it. */
export function Text({ name, label, hint, errors, mono, list }: TextProps) {
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
