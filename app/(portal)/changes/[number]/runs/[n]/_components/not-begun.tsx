import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'

type NotBegunProps = { number: number; title: string; state: string }

const NEXT: Record<string, string> = {
  assessing: 'The request is being checked. The run appears here as soon as it may begin.',
  changes_requested: 'The requester was asked to change something first.',
  awaiting_approval: 'It begins with the last signature that is needed.',
  approved: 'A worker takes it up within a second; the steps appear here by themselves.',
  scheduled: 'It begins when its window opens.',
  blocked: 'A check stands in the way. The change says which, and who can help.',
}

/** The run's own address before there is a run: what it waits for. */
export function NotBegun({ number, title, state }: NotBegunProps) {
  const waits = NEXT[state]
  return (
    <Page
      crumbs={[
        { label: 'Changes', href: '/changes' },
        { label: changeNumber(number), href: `/changes/${number}` },
        { label: 'Run 1' },
      ]}
    >
      {waits ? <Refresher every={1000} /> : null}
      <PageHead title={title} beside={<State chip look={lookOf('change', state)} />} />
      <Empty
        title={waits ? 'The run has not begun' : 'There was no run'}
        act={
          <Link className="link" href={`/changes/${number}`}>
            Open {changeNumber(number)}
          </Link>
        }
      >
        {waits ?? 'The change ended before anything was done.'}
      </Empty>
    </Page>
  )
}
