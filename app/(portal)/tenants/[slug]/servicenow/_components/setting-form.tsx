'use client'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input } from '#components/ui/field.tsx'
import { setServiceNowAction } from '../../../actions.ts'
import { type Errors, useSetting } from '../../_components/use-setting.ts'
import { MODES } from './mode-words.ts'

type Setting = {
  mode: 'off' | 'mirror' | 'gate'
  instance: string
  auth: 'basic' | 'oauth'
  user: string
  group: string
  template: string | null
}

const AUTHS = [
  { value: 'basic', label: 'User and password', about: 'of an integration user' },
  { value: 'oauth', label: 'OAuth', about: 'client credentials: a client’s id and secret' },
]

/** Refusals that one field can mend. */
const FIELD_OF = { endpoint_not_allowed: 'instance', servicenow_secret_missing: 'secret' }

/** All of a tenant's setting on one page. */
export function SettingForm({ tenant, setting }: { tenant: string; setting: Setting | null }) {
  const [mode, setMode] = useState<string>(setting?.mode ?? 'mirror')
  const [auth, setAuth] = useState<string>(setting?.auth ?? 'basic')
  const { errors, refused, saved, pending, onSubmit } = useSetting({
    save: (form) => setServiceNowAction(inputOf(tenant, form)),
    fieldOf: FIELD_OF,
    emptied: '#secret, #reason',
  })
  return (
    <form
      className="grid max-w-[640px] gap-1"
      onSubmit={(event) => void onSubmit(event)}
      noValidate
    >
      {refused ? <ErrorPanel text={refused} /> : null}
      <FieldSet id="mode" label="ServiceNow is" error={errors.mode}>
        <PickOne name="mode" value={mode} onChange={setMode} choices={MODES} />
        <p className="text-xs text-ink-2 wide:hidden">
          {MODES.find(({ value }) => value === mode)?.about}
        </p>
      </FieldSet>
      <Line
        name="instance"
        label="Instance"
        value={setting?.instance}
        hint="https://bank.service-now.com. The worker calls it; OUTBOUND_ALLOW names it."
        errors={errors}
      />
      <FieldSet id="auth" label="Signs in by" error={errors.auth}>
        <PickOne name="auth" value={auth} onChange={setAuth} choices={AUTHS} />
      </FieldSet>
      <Lines auth={auth} setting={setting} errors={errors} />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button type="submit" kind="primary" pending={pending}>
          Save
        </Button>
        <span role="status" className="text-ink-2">
          {saved ? 'Saved.' : ''}
        </span>
      </div>
    </form>
  )
}

type LinesProps = { auth: string; setting: Setting | null; errors: Errors }

function Lines({ auth, setting, errors }: LinesProps) {
  return (
    <>
      <Line
        name="user"
        label={auth === 'oauth' ? 'Client id' : 'User'}
        value={setting?.user}
        hint="It needs itil, to write changes, and to read sys_journal_field and sysapproval_approver."
        errors={errors}
      />
      <Line
        name="secret"
        label={auth === 'oauth' ? 'Client secret' : 'Password'}
        hint={
          setting
            ? 'Leave empty to keep the one that is stored. It is sealed: the worker alone can open it.'
            : 'Sealed before it is stored: the worker alone can open it, and nobody sees it again.'
        }
        errors={errors}
        secret
      />
      <Line
        name="group"
        label="Assignment group"
        value={setting?.group}
        hint="Its name or sys_id; ServiceNow asks the approvers that it has for this group."
        errors={errors}
      />
      <Line
        name="template"
        label="Standard change template"
        value={setting?.template ?? undefined}
        hint="Its sys_id. A mirror makes its changes by it; a gate needs none."
        errors={errors}
      />
      <Line name="reason" label="Why" hint="It stands in the audit." errors={errors} />
    </>
  )
}

type LineProps = {
  name: string
  label: string
  value?: string | undefined
  hint?: string
  errors: Errors
  secret?: true
}

function Line({ name, label, value, hint, errors, secret }: LineProps) {
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

function inputOf(tenant: string, form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    tenant,
    mode: text('mode') as 'off',
    instance: text('instance'),
    auth: text('auth') as 'basic',
    user: text('user'),
    secret: String(form.get('secret') ?? ''),
    group: text('group'),
    template: text('template'),
    reason: text('reason'),
  }
}
