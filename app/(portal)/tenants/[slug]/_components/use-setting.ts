'use client'
import { useRouter } from 'next/navigation'
import { type FormEvent, useState } from 'react'
import { reach } from '#components/attempt.ts'
import { type ErrorText, errorText, type KnownError } from '#components/error-text.ts'

export type Errors = Readonly<Record<string, string>>
type Refusal = { code: string } & Record<string, unknown>
type Answer = { ok: true } | { ok: false; error: Refusal }

type Saving = {
  save: (form: FormData) => Promise<Answer>
  /** Refusals that one field can mend, by their code. */
  fieldOf: Readonly<Record<string, string>>
  /** Fields that are emptied once it is saved. */
  emptied: string
}

/** Saves the form of one setting of a tenant; says what is wrong at its fields, or that it was saved. */
export function useSetting({ save, fieldOf, emptied }: Saving) {
  const router = useRouter()
  const [errors, setErrors] = useState<Errors>({})
  const [refused, setRefused] = useState<ErrorText | null>(null)
  const [saved, setSaved] = useState(false)
  const [pending, setPending] = useState(false)
  async function onSubmit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (pending) return
    const form = event.currentTarget
    setPending(true)
    setSaved(false)
    const answer = await reach(() => save(new FormData(form)))
    setPending(false)
    const atFields = answer.ok ? {} : fieldErrors(answer.error as Refusal, fieldOf)
    const isElsewhere = !answer.ok && Object.keys(atFields).length === 0
    setErrors(atFields)
    setRefused(isElsewhere ? errorText(answer.error as KnownError) : null)
    setSaved(answer.ok)
    if (!answer.ok) return
    for (const field of form.querySelectorAll<HTMLInputElement>(emptied)) field.value = ''
    router.refresh()
  }
  return { errors, refused, saved, pending, onSubmit }
}

function fieldErrors(error: Refusal, fieldOf: Saving['fieldOf']): Errors {
  if (error.code === 'malformed')
    return Object.fromEntries(
      (error.issues as { path: string; message: string }[]).map(({ path, message }) => [
        path.split('.')[0] ?? '',
        message,
      ]),
    )
  const field = fieldOf[error.code]
  return field ? { [field]: errorText(error as KnownError).happened } : {}
}
