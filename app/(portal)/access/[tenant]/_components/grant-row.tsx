'use client'
import { useRouter } from 'next/navigation'
import { attempt } from '#components/attempt.ts'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Field, Input } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { removeAccessAction } from '../../actions.ts'

type Keeping =
  | { may: true; needsSecond: boolean; confirms: string | null }
  | { may: false; why: 'not_attester' | 'own' | 'needs_another' }

export type ReviewedGrant = {
  principalId: string
  role: string
  heldBy: string
  isGroup: boolean
  people: readonly { id: string; name: string }[]
  reason: string
  grantedBy: string
  expiresAt: string | null
  reviewedAt: string
  attestedBy: string | null
  confirmedOf: string | null
  alone: boolean
  dueAt: string
  lapsesAt: string
  state: string
  pending: { byName: string } | null
  seen: string
  keeping: Keeping
  keystone: boolean
}

type GrantRowProps = {
  tenant: string
  row: ReviewedGrant
  attests: boolean
  ticked: boolean
  onTick: (seen: string, on: boolean) => void
}

/** One grant: whom it gives which role, how it stands with its review, and what the viewer may say of it. */
export function GrantRow({ tenant, row, attests, ticked, onTick }: GrantRowProps) {
  const people = row.isGroup ? row.people.map(({ name }) => name).join(', ') || 'nobody today' : ''
  const bar = barOf(row)
  return (
    <tr className="align-top" data-on={ticked || undefined}>
      {attests ? (
        <td className="w-8">
          <input
            type="checkbox"
            aria-label={`${row.role}, ${row.heldBy}: shall stay`}
            checked={ticked && row.keeping.may}
            disabled={!row.keeping.may}
            onChange={(event) => onTick(row.seen, event.target.checked)}
          />
        </td>
      ) : null}
      <td>
        <span className="name">{row.role}</span> <span className="wrap-anywhere">{row.heldBy}</span>{' '}
        {row.isGroup ? null : <Tag>by name</Tag>}
        <span className="phone-only text-xs text-ink-2">{people}</span>
        <span className="block text-xs text-ink-3">
          {row.reason}, {row.grantedBy}
          {row.expiresAt ? (
            <>
              ; ends <Time at={row.expiresAt} as="day" />
            </>
          ) : null}
        </span>
      </td>
      <td className="not-phone text-ink-2">
        {people || row.people.map(({ name }) => name).join(', ') || 'has left'}
      </td>
      <td>
        <State look={lookOf('access', row.state)} />
        <span className="block text-xs text-ink-2">
          {row.state === 'current' || row.state === 'due' ? 'due ' : 'was due '}
          <Time at={row.dueAt} as="day" />
        </span>
        {bar ? <span className="block text-xs text-ink-2">{bar}</span> : null}
      </td>
      <td className="not-phone text-ink-2">
        <Last row={row} />
      </td>
      {attests ? (
        <td className="figure">{row.keystone ? null : <Remove tenant={tenant} row={row} />}</td>
      ) : null}
    </tr>
  )
}

function barOf({ keeping, pending }: ReviewedGrant): string | null {
  if (!keeping.may && keeping.why === 'own') return 'yours by name: another owner keeps it'
  if (!keeping.may && keeping.why === 'needs_another') return 'kept by you; another one confirms it'
  if (keeping.may && keeping.confirms !== null && pending)
    return `kept by ${pending.byName}; your word confirms it`
  return null
}

function Last({ row }: { row: ReviewedGrant }) {
  return (
    <>
      <Time at={row.reviewedAt} as="day" />
      <span className="block text-xs text-ink-3">{lastWords(row)}</span>
    </>
  )
}

function lastWords({ attestedBy, confirmedOf, alone }: ReviewedGrant): string {
  if (attestedBy === null) return 'granted; not reviewed yet'
  if (confirmedOf !== null) return `${confirmedOf}, confirmed by ${attestedBy}`
  return alone ? `${attestedBy}, alone: nobody could confirm` : attestedBy
}

function Remove({ tenant, row }: { tenant: string; row: ReviewedGrant }) {
  const router = useRouter()
  const { principalId, role, heldBy, seen, people } = row
  const id = `remove-${role}-${principalId}`
  return (
    <FormDialog
      open={
        <span>
          Remove<span className="sr-only">{` ${role}, ${heldBy}`}</span>…
        </span>
      }
      title={`Take ${role} away from ${heldBy}?`}
      act="Remove it now"
      danger
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          removeAccessAction({
            ...{ tenant, principalId, role, seen },
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
    >
      <p>
        {people.length === 0
          ? 'It gives the role to nobody today.'
          : `At once, ${people.map(({ name }) => name).join(', ')} can act by it no more, and will be told.`}{' '}
        Their open places in approvals and delegations that rest on it fall; what runs goes on.
      </p>
      <Field id={id} label="Why">
        <Input id={id} name="reason" required minLength={3} maxLength={500} />
      </Field>
    </FormDialog>
  )
}
