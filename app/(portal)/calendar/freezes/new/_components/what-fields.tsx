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
