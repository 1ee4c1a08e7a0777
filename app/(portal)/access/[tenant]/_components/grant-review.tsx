'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import { Table } from '#components/ui/table.tsx'
import { counted } from '#components/words.ts'
import { keepAccessAction } from '../../actions.ts'
import { GrantRow, type ReviewedGrant } from './grant-row.tsx'

type GrantReviewProps = {
  tenant: string
  attests: boolean
  rows: readonly ReviewedGrant[]
}

/** The grants of a tenant, due first. Each that shall stay is ticked by itself; what was ticked is listed once more with its people before it is kept. */
export function GrantReview({ tenant, attests, rows }: GrantReviewProps) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const chosen = rows.filter((row) => row.keeping.may && ticked.has(row.seen))
  function tick(seen: string, on: boolean): void {
    setTicked(
      (before) => new Set(on ? [...before, seen] : [...before].filter((one) => one !== seen)),
    )
  }
  return (
    <>
      <Table flat>
        <thead>
          <tr>
            {attests ? (
              <th scope="col">
                <span className="sr-only">Shall stay</span>
              </th>
            ) : null}
            <th scope="col">Role and who holds it</th>
            <th scope="col" className="not-phone">
              Whom it gives it to today
            </th>
            <th scope="col">Review</th>
            <th scope="col" className="not-phone">
              Last
            </th>
            {attests ? (
              <th scope="col">
                <span className="sr-only">Act</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <GrantRow
              key={`${row.role} ${row.principalId}`}
              tenant={tenant}
              row={row}
              attests={attests}
              ticked={ticked.has(row.seen)}
              onTick={tick}
            />
          ))}
        </tbody>
      </Table>
      {attests ? (
        <div className="mt-4 flex flex-wrap items-center gap-3">
          {chosen.length > 0 ? (
            <Keep tenant={tenant} chosen={chosen} onDone={() => setTicked(new Set())} />
          ) : null}
          <span className="text-ink-2" aria-live="polite">
            {chosen.length > 0
              ? `${counted(chosen.length, 'grant')} ticked.`
              : 'Tick each grant that shall stay.'}
          </span>
        </div>
      ) : null}
    </>
  )
}

type KeepProps = { tenant: string; chosen: readonly ReviewedGrant[]; onDone: () => void }

function Keep({ tenant, chosen, onDone }: KeepProps) {
  const router = useRouter()
  const grants = chosen.map(({ principalId, role, seen }) => ({ principalId, role, seen }))
  return (
    <FormDialog
      open={`Keep ${counted(chosen.length, 'grant')}…`}
      title={chosen.length === 1 ? 'Shall this grant stay?' : 'Shall each of these grants stay?'}
      act={chosen.length === 1 ? 'Keep it' : 'Keep them'}
      onDone={() => {
        onDone()
        router.refresh()
      }}
      onSubmit={() => attempt(() => keepAccessAction({ tenant, grants }))}
    >
      <ul className="rows max-h-[50vh] overflow-y-auto">
        {chosen.map((row) => (
          <li key={row.seen}>
            <span>
              <span className="name">
                {row.role}, {row.heldBy}
              </span>
              <span className="block text-xs">
                {row.isGroup
                  ? row.people.map(({ name }) => name).join(', ') || 'nobody today'
                  : 'by name'}
              </span>
              {row.keeping.may && row.keeping.needsSecond ? (
                <span className="block text-xs">
                  You hold it too: it counts once another one confirms it.
                </span>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-2">That you kept it, and whom you saw, is recorded for good.</p>
    </FormDialog>
  )
}
