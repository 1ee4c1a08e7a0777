'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useRef, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'
import type { FreezeDefinition } from '#lib/calendar/freeze.ts'
import { previewFreezeAction, saveFreezeAction } from '../../../actions.ts'
import { freezeOf } from './form-values.ts'
import { type Preview, PreviewPanel } from './freeze-preview.tsx'
import { ScopeFields } from './scope-fields.tsx'
import { TimeFields } from './time-fields.tsx'
import { WhatFields } from './what-fields.tsx'

type FreezeFormProps = {
  edited: (FreezeDefinition & { id: string; version: number }) | null
  /** What a scope may name. */
  names: FreezeDefinition['scope']
}

/** Questions about a freeze; it is saved once what it does was looked at. Whatever is typed after that is looked at anew. */
export function FreezeForm({ edited, names }: FreezeFormProps) {
  const router = useRouter()
  const form = useRef<HTMLFormElement>(null)
  const [pending, setPending] = useState(false)
  const [preview, setPreview] = useState<Preview | null>(null)
  const [error, setError] = useState<ErrorText | null>(null)

  function refuse(refusal: KnownError): void {
    setPending(false)
    setError(errorText(refusal))
  }

  async function look(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    const freeze = freezeOf(new FormData(event.currentTarget))
    setPending(true)
    const answer = await reach(() => previewFreezeAction({ freeze }))
    if (!answer.ok) return refuse(answer.error)
    setPending(false)
    setError(null)
    setPreview(answer.value)
  }

  async function save(): Promise<void> {
    if (pending || !form.current) return
    const freeze = freezeOf(new FormData(form.current))
    const edits = edited ? { id: edited.id, version: edited.version } : null
    setPending(true)
    const answer = await reach(() => saveFreezeAction({ freeze, edits }))
    if (!answer.ok) return refuse(answer.error)
    router.push('/calendar')
    router.refresh()
  }

  return (
    <form
      ref={form}
      className="mx-(--gutter) mb-6 grid max-w-[44rem] gap-1"
      onSubmit={(event) => void look(event)}
      onChange={() => setPreview(null)}
    >
      <WhatFields edited={edited} />
      <ScopeFields scope={edited?.scope ?? null} names={names} />
      <TimeFields edited={edited} />
      {error ? <ErrorPanel text={error} /> : null}
      {preview ? <PreviewPanel preview={preview} /> : null}
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <Button type="submit" kind={preview ? 'plain' : 'primary'} pending={pending && !preview}>
          Show what it does
        </Button>
        {preview ? (
          <Button kind="primary" pending={pending} onClick={() => void save()}>
            Save the freeze
          </Button>
        ) : null}
      </div>
    </form>
  )
}
