'use client'
import { Pencil } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Shape } from '#components/states/shape.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { Input, Textarea } from '#components/ui/field.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { recoveryWords } from '#lib/entitlements/recovery-words.ts'
import { NamesChoice, RecoveryChoice } from './filled-beside.tsx'
import {
  ClassChoice,
  CostChoice,
  INTERVAL_WORDS,
  IntervalChoice,
  TeamChoice,
  TierChoice,
} from './filled-choices.tsx'
import { filledRequest, tenantOf } from './filled-request.ts'
import { fieldId } from './form-issues.ts'
import type { Mine } from './options.ts'
import type { FieldsProps } from './questions.tsx'

type Row = {
  field:
    | 'displayName'
    | 'description'
    | 'owningTeam'
    | 'costCode'
    | 'application'
    | 'tier'
    | 'dataClass'
    | 'recovery'
    | 'dependsOn'
    | 'vendors'
    | 'interval'
    | 'reason'
  label: string
  value: string
  /** Why this stands here, when nobody changed it. */
  why: string
  edit: (close: () => void) => ReactNode
}

/** What is known or usual: value, reason, pencil. Changed ones say what stood there before. */
export function FilledIn(props: FieldsProps) {
  const rows = rowsOf(props)
  const changed = rows.filter((row) => props.mine[row.field] !== undefined).length
  return (
    <>
      <div className="section-head mt-6 mb-1.5">
        <h2>Filled in for you</h2>
        <span className="ml-auto text-xs text-ink-3">
          {counted(rows.length, 'value')}, {changed === 0 ? 'none' : changed} changed
        </span>
      </div>
      <dl className="known">
        {rows.map((row) => (
          <FilledRow key={row.field} row={row} {...props} />
        ))}
      </dl>
    </>
  )
}

/** The pencil opens the field and puts the cursor there. */
function useFocusWhen(open: boolean, field: string): void {
  useEffect(() => {
    if (open) document.getElementById(fieldId(field))?.focus({ preventScroll: true })
  }, [open, field])
}

function FilledRow({ row, errors, mine, options, forget }: FieldsProps & { row: Row }) {
  const [editing, setEditing] = useState(false)
  useFocusWhen(editing, row.field)
  const error = errors[row.field]
  const open = editing || error !== undefined
  const yours = mine[row.field] !== undefined
  const usual = textOf(filledRequest(without(mine, row.field), options)[row.field])
  return (
    <div>
      <dt>{open ? <label htmlFor={fieldId(row.field)}>{row.label}</label> : row.label}</dt>
      <dd>
        {open ? (
          row.edit(() => setEditing(false))
        ) : (
          <span className="block wrap-anywhere">{row.value || '–'}</span>
        )}
        {error ? (
          <span id={`${fieldId(row.field)}-hint`} className="error">
            <Shape name="fail" />
            {error}
          </span>
        ) : (
          <span id={`${fieldId(row.field)}-hint`} className="why">
            {yours ? 'yours' : row.why}
            {yours && usual !== '' && usual !== textOf(mine[row.field]) ? (
              <>
                ; was {usual}{' '}
                <button type="button" className="link-button" onClick={() => forget(row.field)}>
                  Take it back<span className="sr-only">: {row.label}</span>
                </button>
              </>
            ) : null}
          </span>
        )}
      </dd>
      <dd>
        <button
          type="button"
          className={buttonClass({ kind: 'quiet', size: 'icon' })}
          aria-expanded={open}
          onClick={() => setEditing(!editing)}
        >
          <Pencil className="icon" aria-hidden="true" />
          <span className="sr-only">Edit {row.label.toLowerCase()}</span>
        </button>
      </dd>
    </div>
  )
}

/** A value as one line; what is not said, or has no line, is none. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ')
  return value === undefined || typeof value === 'object' ? '' : String(value)
}

function without(mine: Mine, field: keyof Mine): Mine {
  const { [field]: _left, ...rest } = mine
  return rest
}

function rowsOf(props: FieldsProps): Row[] {
  return [
    ...namingRows(props),
    ...owningRows(props),
    ...weighingRows(props),
    ...besideRows(props),
    reasonRow(props),
  ]
}

function namingRows({ request, set }: FieldsProps): Row[] {
  return [
    {
      field: 'displayName',
      label: 'Title',
      value: request.displayName,
      why: 'made from the name',
      edit: () => <Line field="displayName" request={request} set={set} />,
    },
    {
      field: 'description',
      label: 'Description',
      value: request.description,
      why: 'optional; shown in the CMDB and the README',
      edit: () => <Line field="description" request={request} set={set} />,
    },
  ]
}

function owningRows(props: FieldsProps): Row[] {
  const { options, mine, request, set } = props
  const tenant = tenantOf(mine, options)
  const team = options.teams.find((candidate) => candidate.name === request.owningTeam)
  const cost = tenant?.costCodes.find((code) => code.code === request.costCode)
  const known = tenant?.applications.includes(request.application)
  return [
    {
      field: 'owningTeam',
      label: 'Owning team',
      value: request.owningTeam,
      why: team
        ? `a team of yours with ${counted(team.members, 'member')}`
        : 'named in the directory',
      edit: (close) => <TeamChoice {...props} onClose={close} />,
    },
    {
      field: 'costCode',
      label: 'Cost code',
      value: cost ? `${cost.code} ${cost.name}` : request.costCode,
      why: cost?.uses
        ? `charged by ${counted(cost.uses, 'service')} of the tenant`
        : 'chargeable, of this tenant',
      edit: (close) => <CostChoice {...props} onClose={close} />,
    },
    {
      field: 'application',
      label: 'Application',
      value: request.application,
      why: known ? 'in the CMDB' : 'new in the CMDB, named after the service',
      edit: () => (
        <Line field="application" request={request} set={set} known={tenant?.applications ?? []} />
      ),
    },
  ]
}

/** What it needs from others, and owes them; nothing of it is usual. */
function besideRows(props: FieldsProps): Row[] {
  const { recovery, dependsOn, vendors } = props.request
  return [
    {
      field: 'recovery',
      label: 'Recovery',
      value: recovery ? recoveryWords(recovery) : '',
      why: 'not stated; production of tier 1 needs it',
      edit: () => <RecoveryChoice {...props} />,
    },
    {
      field: 'dependsOn',
      label: 'Calls',
      value: dependsOn?.join(', ') ?? '',
      why: 'services of the tenant that it relies on; optional',
      edit: () => <NamesChoice {...props} field="dependsOn" example="ledger, payee-check" />,
    },
    {
      field: 'vendors',
      label: 'Other companies',
      value: vendors?.join(', ') ?? '',
      why: 'who else handles its data or is relied on; optional',
      edit: () => <NamesChoice {...props} field="vendors" example="Northwind Screening" />,
    },
  ]
}

function weighingRows(props: FieldsProps): Row[] {
  const { options, mine, request } = props
  const most = dataClassName(tenantOf(mine, options)?.maxDataClass ?? 0)
  return [
    {
      field: 'dataClass',
      label: 'Data',
      value: dataClassName(request.dataClass),
      why: `the usual class; the tenant may hold up to ${most}`,
      edit: () => <ClassChoice {...props} />,
    },
    {
      field: 'tier',
      label: 'Tier',
      value: `${request.tier}`,
      why: 'the usual tier; 1 is the most critical',
      edit: () => <TierChoice {...props} />,
    },
    {
      field: 'interval',
      label: 'Flux looks',
      value: INTERVAL_WORDS[request.interval] ?? request.interval,
      why: 'a push is delivered at once all the same',
      edit: () => <IntervalChoice {...props} />,
    },
  ]
}

type LineProps = Pick<FieldsProps, 'request' | 'set'> & {
  field: 'displayName' | 'description' | 'application'
  /** Values that exist already, offered while typing. */
  known?: readonly string[]
}

function Line({ field, request, set, known = [] }: LineProps) {
  const list = `${fieldId(field)}-known`
  return (
    <>
      <Input
        id={fieldId(field)}
        data-field={field}
        maxLength={220}
        list={known.length > 0 ? list : undefined}
        value={request[field]}
        onChange={(event) => set({ [field]: event.target.value })}
      />
      <datalist id={list}>
        {known.map((value) => (
          <option key={value} value={value} />
        ))}
      </datalist>
    </>
  )
}

function reasonRow({ request, set }: FieldsProps): Row {
  return {
    field: 'reason',
    label: 'Why',
    value: request.reason,
    why: 'approvers read it first; two lines help them',
    edit: () => (
      <Textarea
        id={fieldId('reason')}
        data-field="reason"
        maxLength={2000}
        value={request.reason}
        onChange={(event) => set({ reason: event.target.value })}
      />
    ),
  }
}
