'use client'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { PickOne } from '#components/ui/choice.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import { Field, FieldSet, Input } from '#components/ui/field.tsx'
import { setChatAction } from '../../../actions.ts'
import { type Errors, useSetting } from '../../_components/use-setting.ts'
import { GROUPS, type Group, KINDS, STATES } from './chat-words.ts'

type Channel = { state: 'on' | 'off'; kind: 'slack' | 'teams'; groups: readonly Group[] }

const FIELD_OF = { endpoint_not_allowed: 'address', chat_address_missing: 'address' }
const FIRST: readonly Group[] = ['approvals', 'trouble']

/** All of a tenant's channel on one page. The address goes in and never comes out. */
export function ChannelForm({ tenant, channel }: { tenant: string; channel: Channel | null }) {
  const [state, setState] = useState<string>(channel?.state ?? 'on')
  const [kind, setKind] = useState<string>(channel?.kind ?? 'slack')
  const { errors, refused, saved, pending, onSubmit } = useSetting({
    save: (form) => setChatAction(inputOf(tenant, form)),
    fieldOf: FIELD_OF,
    emptied: '#address, #reason',
  })
  return (
    <form
      className="grid max-w-[640px] gap-1"
      onSubmit={(event) => void onSubmit(event)}
      noValidate
    >
      {refused ? <ErrorPanel text={refused} /> : null}
      <FieldSet id="state" label="The channel is" error={errors.state}>
        <PickOne name="state" value={state} onChange={setState} choices={STATES} />
      </FieldSet>
      <FieldSet id="kind" label="Chat" error={errors.kind}>
        <PickOne name="kind" value={kind} onChange={setKind} choices={KINDS} />
      </FieldSet>
      <Field
        id="address"
        label="Address of the webhook"
        hint={
          channel?.kind === kind
            ? 'Leave empty to keep the one that is stored. It is sealed: the worker alone can open it.'
            : 'Whoever has it can post there: it is sealed before it is stored, and nobody sees it again. OUTBOUND_ALLOW names its host.'
        }
        error={errors.address}
      >
        <Input
          id="address"
          name="address"
          type="password"
          autoComplete="off"
          invalid={errors.address !== undefined}
        />
      </Field>
      <Told chosen={channel?.groups ?? FIRST} errors={errors} />
      <Field id="reason" label="Why" hint="It stands in the audit." error={errors.reason}>
        <Input id="reason" name="reason" invalid={errors.reason !== undefined} />
      </Field>
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

function Told({ chosen, errors }: { chosen: readonly Group[]; errors: Errors }) {
  return (
    <FieldSet
      id="groups"
      label="Told there"
      hint="What is one person’s own stays with them: mentions, delegations, roles taken away."
      error={errors.groups}
    >
      {GROUPS.map(({ value, label, about }) => (
        <label key={value} className="flex min-h-8 items-start gap-2 py-1">
          <input
            type="checkbox"
            name="groups"
            value={value}
            defaultChecked={chosen.includes(value)}
            className="mt-1"
          />
          <span>
            <span className="name">{label}</span>: <span className="text-ink-2">{about}</span>
          </span>
        </label>
      ))}
    </FieldSet>
  )
}

function inputOf(tenant: string, form: FormData) {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  return {
    tenant,
    state: text('state') as 'on',
    kind: text('kind') as 'slack',
    address: text('address'),
    groups: form.getAll('groups').map(String) as Group[],
    reason: text('reason'),
  }
}
