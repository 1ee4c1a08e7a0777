'use client'
import { useState } from 'react'
import { Input, Select } from '#components/ui/field.tsx'
import { durationWords } from '#lib/entitlements/recovery-words.ts'
import { fieldId } from './form-issues.ts'
import type { FieldsProps } from './questions.tsx'

/** Minutes that are offered; whatever else an edited request says is offered too. */
const AWAY = [15, 60, 240, 1440, 4320]
const LOST = [0, 15, 60, 240, 1440]
const USUAL = { rpoMinutes: 60, backup: true }

/** How long it may be away and how much it may lose. */
export function RecoveryChoice({ request, set, forget }: FieldsProps) {
  const { recovery } = request
  const away = [...new Set([...AWAY, ...(recovery ? [recovery.rtoMinutes] : [])])]
  const lost = [...new Set([...LOST, ...(recovery ? [recovery.rpoMinutes] : [])])]
  const byLength = (one: number, other: number) => one - other
  return (
    <div className="grid gap-2">
      <Select
        id={fieldId('recovery')}
        aria-label="Back within"
        value={recovery?.rtoMinutes ?? ''}
        onChange={({ target: { value } }) =>
          value === ''
            ? forget('recovery')
            : set({ recovery: { ...USUAL, ...recovery, rtoMinutes: Number(value) } })
        }
      >
        <option value="">Not stated</option>
        {away.sort(byLength).map((minutes) => (
          <option key={minutes} value={minutes}>
            Back within {durationWords(minutes)}
          </option>
        ))}
      </Select>
      {recovery ? (
        <>
          <Select
            aria-label="Loses at most"
            value={recovery.rpoMinutes}
            onChange={(event) =>
              set({ recovery: { ...recovery, rpoMinutes: Number(event.target.value) } })
            }
          >
            {lost.sort(byLength).map((minutes) => (
              <option key={minutes} value={minutes}>
                Loses {minutes === 0 ? 'nothing' : `at most ${durationWords(minutes)}`}
              </option>
            ))}
          </Select>
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={recovery.backup}
              onChange={(event) => set({ recovery: { ...recovery, backup: event.target.checked } })}
            />
            Its data is backed up
          </label>
        </>
      ) : null}
    </div>
  )
}

/** Names with commas between them, kept as typed while they are typed. */
export function NamesChoice({
  field,
  example,
  request,
  set,
  forget,
}: FieldsProps & { field: 'dependsOn' | 'vendors'; example: string }) {
  const [typed, setTyped] = useState((request[field] ?? []).join(', '))
  return (
    <Input
      id={fieldId(field)}
      data-field={field}
      maxLength={1500}
      placeholder={example}
      value={typed}
      onChange={({ target: { value } }) => {
        setTyped(value)
        const names = namesIn(value)
        if (names.length === 0) forget(field)
        else set({ [field]: names })
      }}
    />
  )
}

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
