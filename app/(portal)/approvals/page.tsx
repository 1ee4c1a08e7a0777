import type { Metadata } from 'next'
import { listUrl, single } from '#components/list-url.ts'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { LinkTabs } from '#components/ui/link-tabs.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { counted } from '#components/words.ts'
import { approvalsFor, decisionsBy } from '#lib/changes/approval-queries.ts'
import { inboxAfter } from '#lib/changes/inbox-place.ts'
import { readPlan } from '#lib/changes/plan-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { readReviewed } from '../changes/[number]/reviewed.ts'
import { DecidedTable } from './_components/decided-table.tsx'
import { Essence } from './_components/essence.tsx'
import { Inbox } from './_components/inbox.tsx'

export const metadata: Metadata = { title: 'Approvals' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function ApprovalsPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  const query = single(await searchParams)
  const waiting = await approvalsFor(platform(), viewer, query.after)
  const later = inboxAfter(waiting)
  const decided = query.view === 'decided'
  return (
    <Page crumbs={[{ label: 'Approvals' }]}>
      <PageHead
        title="Approvals"
        acts={mayGoTogether(waiting) ? <Together /> : undefined}
        sub={
          waiting.length === 0
            ? 'Nothing waits for you.'
            : `${counted(waiting.length, 'change waits', 'changes wait')} for you${later || query.after ? ' on this page' : ''}, by the hour they are due, then the higher risk.`
        }
      />
      <LinkTabs
        label="Views"
        tabs={[
          { label: 'My turn', href: '/approvals', count: waiting.length, current: !decided },
          { label: 'Decided by me', href: '/approvals?view=decided', current: decided },
        ]}
      />
      {decided ? (
        <Decided query={query} />
      ) : (
        <MyTurn waiting={waiting} query={query} later={later} />
      )}
      {!decided && (later || query.after) ? (
        <Pagination
          summary={counted(waiting.length, 'change')}
          back={query.after && '/approvals'}
          next={later && listUrl('/approvals', {}, { after: later })}
        />
      ) : null}
    </Page>
  )
}

/** Two of low risk with nothing to read: worth a look at the page that lists them. */
function mayGoTogether(waiting: Awaited<ReturnType<typeof approvalsFor>>): boolean {
  const quiet = waiting.filter(
    ({ riskBand, doubts, type, delegator }) =>
      riskBand === 'low' && doubts === 0 && type === 'normal' && delegator === null,
  )
  return quiet.length > 1
}

function Together() {
  return (
    <ButtonLink size="small" href="/approvals/together">
      Approve several of low risk…
    </ButtonLink>
  )
}

async function MyTurn({
  waiting,
  query: { change: chosen, after },
  later,
}: {
  waiting: Awaited<ReturnType<typeof approvalsFor>>
  query: Record<string, string | undefined>
  /** Token of the next page. */
  later: string | undefined
}) {
  const viewer = await requireViewer()
  const at = waiting.find(({ number }) => String(number) === chosen) ?? waiting[0]
  if (!at)
    return (
      <>
        <Refresher every={10_000} />
        <Empty title="You are through.">
          A notice and an e-mail tell you when a change needs your signature.
        </Empty>
      </>
    )
  const change = await readReviewed(viewer, { number: at.number })
  const plan = change?.planHash
    ? await readPlan(platform(), viewer, { hash: change.planHash })
    : null
  return (
    <div className="inbox">
      <Inbox
        rows={waiting}
        chosen={at.number}
        narrow={chosen !== undefined}
        after={after}
        next={later && listUrl('/approvals', {}, { after: later })}
        back={after && '/approvals'}
      />
      {change && plan ? <Essence change={change} plan={plan} open={chosen !== undefined} /> : null}
    </div>
  )
}

async function Decided({ query }: { query: Record<string, string | undefined> }) {
  const viewer = await requireViewer()
  const { rows, back, next } = await decisionsBy(platform(), viewer, {
    after: query.after,
    before: query.before,
  })
  if (rows.length === 0)
    return <Empty title="You have decided nothing yet.">Your votes stand here for good.</Empty>
  const to = (change: Record<string, string | undefined>) => listUrl('/approvals', query, change)
  return (
    <>
      <DecidedTable rows={rows} />
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'decision')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </>
  )
}
