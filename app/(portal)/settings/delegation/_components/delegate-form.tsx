'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { Field, FieldSet, Input, Select } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { useZone } from '#components/ui/zone.tsx'
import { delegateAction } from '../actions.ts'

export type Prefill = {
  /** Faces of the person's clocks; an empty begin is from now. */
  from: string
  until: string
  reason: string
}

type DelegateFormProps = {
  /** What the fields hold at first, where it is about a known absence. */
  prefill?: Prefill
  /** What the button that opens it says. */
  open?: string
  /** Called once the delegation is made. */
  onMade?: () => void
  choices: {
    tenants: readonly { slug: string; name: string }[]
    groups: readonly { id: string; name: string }[]
    people: readonly { id: string; name: string; userName: string }[]
  }
}

/** Names who may sign for the viewer, for what and how long. */
export function DelegateForm({ choices, prefill, open = 'Delegate…', onMade }: DelegateFormProps) {
  const router = useRouter()
  const zone = useZone()
  const [by, setBy] = useState<'tenant' | 'groups'>('tenant')
  return (
    <FormDialog
      open={open}
      title="Let somebody sign for you"
      act="Delegate"
      onDone={() => {
        onMade?.()
        router.refresh()
      }}
      onSubmit={(form) => attempt(() => delegateAction(askedIn(form, { zone, by })))}
    >
      <Field
        id="delegate"
        label="Who"
        hint="People who decide where you do, by a role of their own. They sign with their own sign-in."
      >
        <Select
          id="delegate"
          name="delegate"
          required
          defaultValue=""
          aria-describedby="delegate-hint"
        >
          <option value="" disabled>
            Choose a person
          </option>
          {choices.people.map(({ id, name, userName }) => (
            <option key={id} value={id}>
              {name} ({userName})
            </option>
          ))}
        </Select>
      </Field>
      <Field id="scope" label="For">
        <Select
          id="scope"
          value={by}
          onChange={(event) => setBy(event.target.value === 'groups' ? 'groups' : 'tenant')}
        >
          <option value="tenant">Everything I decide in a tenant</option>
          <option value="groups">Some of my groups, in every tenant</option>
        </Select>
      </Field>
      {by === 'tenant' ? (
        <Field id="tenant" label="Tenant">
          <Select id="tenant" name="tenant" required>
            {choices.tenants.map(({ slug, name }) => (
              <option key={slug} value={slug}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
      ) : (
        <Groups groups={choices.groups} />
      )}
      <Period zone={zone} prefill={prefill} />
      <Field id="reason" label="Reason, if you like" hint="The other person and auditors read it.">
        <Input id="reason" name="reason" maxLength={500} defaultValue={prefill?.reason} />
      </Field>
    </FormDialog>
  )
}

function Period({ zone, prefill }: { zone: string; prefill: Prefill | undefined }) {
  return (
    <>
      <Field id="from" label="From" hint={`Empty is from now. By the clocks of ${zone}.`}>
        <Input id="from" name="from" type="datetime-local" defaultValue={prefill?.from} />
      </Field>
      <Field id="until" label="Until" hint="60 days at most.">
        <Input
          id="until"
          name="until"
          type="datetime-local"
          required
          defaultValue={prefill?.until}
        />
      </Field>
    </>
  )
}

function Groups({ groups }: Pick<DelegateFormProps['choices'], 'groups'>) {
  return (
    <FieldSet id="groups" label="Groups" hint="As a member of these they may sign for you.">
      <div className="pick">
        {groups.map(({ id, name }) => (
          <label key={id}>
            <input type="checkbox" name="group" value={id} />
            <span className="name">{name}</span>
          </label>
        ))}
      </div>
    </FieldSet>
  )
}

function askedIn(form: FormData, { zone, by }: { zone: string; by: 'tenant' | 'groups' }) {
  const text = (name: string) => String(form.get(name) ?? '')
  const scope =
    by === 'tenant'
      ? { of: 'tenant' as const, tenant: text('tenant') }
      : { of: 'groups' as const, principals: form.getAll('group').map(String) }
  return {
    ...{ delegateId: text('delegate'), scope, zone },
    ...{ from: text('from'), until: text('until'), reason: text('reason').trim() },
  }
}
