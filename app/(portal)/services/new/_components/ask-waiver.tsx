'use client'
import { attempt } from '#components/attempt.ts'
import type { Waivable } from '#components/change/check-list.tsx'
import { Field, Select, Textarea } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { WAIVED_BY } from '#components/waiver-words.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { askCheckWaiverAction } from '../../../waivers/actions.ts'
import type { Request } from './options.ts'

type AskWaiverProps = {
  of: Waivable
  request: Request
  changeId: string | undefined
  onDone(): void
}

const DAYS = [3, 7, 14, 30, 90]

/** Beside a check that fails and may be lived with: asks for that, or says who did. */
export function AskWaiver({ of, request, changeId, onDone }: AskWaiverProps) {
  const key = `waive-${of.checkId}-${of.rule}-${of.subject ?? ''}`
  if (of.asker)
    return (
      <span>
        {of.asker} asks to waive it; {WAIVED_BY[of.by]} decides.
      </span>
    )
  return (
    <FormDialog
      open="Ask for a waiver…"
      title={`Live with “${of.title}” for a while?`}
      act="Ask"
      onDone={onDone}
      onSubmit={(form) =>
        attempt(() =>
          askCheckWaiverAction({
            // the form may be half filled: then the answer names what is missing
            request: request as RequestService,
            ...(changeId ? { changeId } : {}),
            ...{ checkId: of.checkId, rule: of.rule, subject: of.subject },
            reason: String(form.get('reason') ?? ''),
            days: Number(form.get('days')),
          }),
        )
      }
    >
      <p className="mb-2 text-ink-2">
        It covers this service and exactly what was found: {of.finding}. Another value fails again.{' '}
        {WAIVED_BY[of.by].replace(/^a/, 'A')} decides, never you, and may then not approve the
        change.
      </p>
      <Field id={`${key}-why`} label="Why" hint="And what is done about it meanwhile.">
        <Textarea
          id={`${key}-why`}
          name="reason"
          rows={3}
          required
          minLength={10}
          maxLength={500}
        />
      </Field>
      <Field id={`${key}-days`} label="For">
        <Select id={`${key}-days`} name="days" defaultValue={String(Math.min(14, of.maxDays))}>
          {DAYS.filter((days) => days <= of.maxDays).map((days) => (
            <option key={days} value={days}>
              {days} days
            </option>
          ))}
        </Select>
      </Field>
    </FormDialog>
  )
}
