'use client'
import { Combobox } from '#components/ui/combobox.tsx'
import { Select } from '#components/ui/field.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { tenantOf } from './filled-request.ts'
import { fieldId } from './form-issues.ts'
import type { FieldsProps } from './questions.tsx'

const TIERS = [1, 2, 3, 4] as const
const CLASSES = [0, 1, 2, 3] as const

/** How often Flux looks by itself. */
export const INTERVAL_WORDS: Readonly<Record<string, string>> = {
  fast: 'every minute',
  standard: 'every 10 minutes',
  relaxed: 'every 30 minutes',
}

type Choosing = FieldsProps & { onClose: () => void }

/** The team that looks after it; one person is no team. */
export function TeamChoice({ options, request, set, onClose }: Choosing) {
  return (
    <Combobox
      id={fieldId('owningTeam')}
      value={request.owningTeam}
      onChange={(owningTeam) => {
        set({ owningTeam })
        onClose()
      }}
      options={options.teams.map((team) => ({
        value: team.name,
        label: team.name,
        about: counted(team.members, 'member'),
        barred: team.members < 2 ? 'needs two members' : undefined,
      }))}
    />
  )
}

/** A cost code of the tenant. */
export function CostChoice({ options, mine, request, set, onClose }: Choosing) {
  return (
    <Combobox
      id={fieldId('costCode')}
      value={request.costCode}
      onChange={(costCode) => {
        set({ costCode })
        onClose()
      }}
      options={(tenantOf(mine, options)?.costCodes ?? []).map((code) => ({
        value: code.code,
        label: `${code.code} ${code.name}`,
        about: code.uses > 0 ? counted(code.uses, 'service') : '',
        barred: code.chargeable ? undefined : 'not chargeable',
      }))}
    />
  )
}

/** The class of its data, up to what the tenant may hold. */
export function ClassChoice({ options, mine, request, set }: FieldsProps) {
  const most = tenantOf(mine, options)?.maxDataClass ?? 0
  return (
    <Select
      id={fieldId('dataClass')}
      value={request.dataClass}
      onChange={(event) => set({ dataClass: Number(event.target.value) })}
    >
      {CLASSES.map((level) => (
        <option key={level} value={level} disabled={level > most}>
          {dataClassName(level)}
          {level > most ? ' (above the tenant’s accreditation)' : ''}
        </option>
      ))}
    </Select>
  )
}

/** How critical it is. */
export function TierChoice({ request, set }: FieldsProps) {
  return (
    <Select
      id={fieldId('tier')}
      value={request.tier}
      onChange={(event) => set({ tier: Number(event.target.value) })}
    >
      {TIERS.map((tier) => (
        <option key={tier} value={tier}>
          {tier}
        </option>
      ))}
    </Select>
  )
}

/** How often Flux looks by itself, for a push whose word got lost. */
export function IntervalChoice({ request, set }: FieldsProps) {
  return (
    <Select
      id={fieldId('interval')}
      value={request.interval}
      onChange={(event) => set({ interval: event.target.value })}
    >
      {Object.entries(INTERVAL_WORDS).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </Select>
  )
}
