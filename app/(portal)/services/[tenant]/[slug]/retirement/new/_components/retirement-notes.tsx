import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { Note } from '#components/ui/note.tsx'
import { counted } from '#components/words.ts'

type RetirementNotesProps = {
  preview: {
    open: readonly number[]
    unfillable: readonly string[]
    dependants: { names: readonly string[]; others: number }
  }
}

/** What stands in the way, and who else is hit. */
export function RetirementNotes({
  preview: { open, unfillable, dependants },
}: RetirementNotesProps) {
  const hit = dependants.names.length + dependants.others
  return (
    <div className="grid gap-2 empty:hidden">
      {open.length > 0 ? (
        <Note tone="warn" shape="blocked" title="Another change of this service is not over">
          <p>
            {open.map((number) => (
              <Link key={number} className="link mr-2" href={`/changes/${number}`}>
                {changeNumber(number)}
              </Link>
            ))}
            It must be over, withdrawn or closed first.
          </p>
        </Note>
      ) : null}
      {unfillable.length > 0 ? (
        <Note tone="bad" shape="blocked" title="Nobody could approve this">
          <p>{unfillable.join(', ')}. Ask an owner of your tenant, or the platform team.</p>
        </Note>
      ) : null}
      {hit > 0 ? (
        <Note
          tone="warn"
          shape="warn"
          title={`${counted(hit, 'service depends', 'services depend')} on it`}
        >
          <p>
            {dependants.names.join(', ')}
            {dependants.names.length > 0 && dependants.others > 0 ? ', and ' : ''}
            {dependants.others > 0 ? `${dependants.others} of other tenants` : ''}. It stands in the
            plan, so whoever approves sees it.
          </p>
        </Note>
      ) : null}
    </div>
  )
}
