'use client'
import { useState } from 'react'
import { PickOne } from '#components/ui/choice.tsx'
import { Field, FieldSet, Input } from '#components/ui/field.tsx'
import { FREEZE_KINDS, type FreezeDefinition } from '#lib/calendar/freeze.ts'
import { KIND_WORDS } from '../../../_components/freeze-words.ts'

/** What it is called, what it does, why, and who answers for it. */
export function WhatFields({ edited }: { edited: FreezeDefinition | null }) {
  const [kind, setKind] = useState<string>(edited?.kind ?? 'blackout')
  return (
    <>
      <Field id="name" label="Name" hint="People whose change is held read it: Year end 2026.">
        <Input
          id="name"
          name="name"
          required
          minLength={3}
          maxLength={80}
          defaultValue={edited?.name}
        />
      </Field>
      <FieldSet id="kind" label="Kind">
        <PickOne
          name="kind"
          value={kind}
          onChange={setKind}
          choices={FREEZE_KINDS.map((value) => ({ value, ...KIND_WORDS[value] }))}
        />
      </FieldSet>
      {kind === 'restricted' ? (
        <Field
          id="approvers"
          label="Lets changes through"
          hint="A group, as the directory calls it. Each held change asks it once, beside the stages that it has; one of them is enough, and nobody who asked for the change or voted on it."
        >
          <Input
            id="approvers"
            name="approvers"
            required
            maxLength={200}
            defaultValue={edited?.approvers ?? ''}
          />
        </Field>
      ) : null}
      <FieldSet
        id="flux"
        label="GitOps"
        hint="Without it a freeze holds changes only: what is pushed to a repository is still delivered."
      >
        <label className="inline-flex min-h-6 items-center gap-1.5">
          <input type="checkbox" name="holdsFlux" defaultChecked={edited?.holdsFlux ?? false} />
          Flux is suspended too, while it holds
        </label>
      </FieldSet>
      <Field id="reason" label="Why" hint="It is shown with every change that it holds.">
        <Input
          id="reason"
          name="reason"
          required
          minLength={10}
          maxLength={500}
          defaultValue={edited?.reason}
        />
      </Field>
      <Field id="owner" label="Answers for it" hint="A team or a person.">
        <Input
          id="owner"
          name="owner"
          required
          minLength={3}
          maxLength={80}
          defaultValue={edited?.owner}
        />
      </Field>
    </>
  )
}
