import type { Metadata } from 'next'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { LinkTabs } from '#components/ui/link-tabs.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { counted } from '#components/words.ts'
import { holdsPlatform, may } from '#lib/auth/permissions.ts'
import {
  delegationChoices,
  delegationsOf,
  listDelegations,
} from '#lib/changes/delegation-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { DelegateForm } from './_components/delegate-form.tsx'
import { DelegationList } from './_components/delegation-list.tsx'
import { FromCalendar } from './_components/from-calendar.tsx'

export const metadata: Metadata = { title: 'Delegation' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }
type Query = Record<string, string | undefined>

export default async function DelegationPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  const query = single(await searchParams)
  const seesAll = holdsPlatform(viewer, 'platform.read')
  const all = seesAll && query.view === 'all'
  const decides = may(viewer, 'change.decide')
  return (
    <Page crumbs={[{ label: 'Delegation' }]}>
      <PageHead
        title="Delegation"
        sub="While you are away one other person may sign what you may sign. Both of you stand under every decision."
        acts={
          decides ? (
            <DelegateForm choices={await delegationChoices(platform(), viewer)} />
          ) : undefined
        }
      />
      {seesAll ? (
        <LinkTabs
          label="Views"
          tabs={[
            { label: 'Mine', href: '/settings/delegation', current: !all },
            { label: 'Everybody’s', href: '/settings/delegation?view=all', current: all },
          ]}
        />
      ) : null}
      {all ? <Everybodys query={query} /> : <Mine decides={decides} />}
    </Page>
  )
}

async function Mine({ decides }: { decides: boolean }) {
  const viewer = await requireViewer()
  const { given, received } = await delegationsOf(platform(), viewer)
  const choices = decides ? await delegationChoices(platform(), viewer) : null
  return (
    <div className="pad">
      <section aria-labelledby="given" className="mb-6">
        <h2 id="given">Who may sign for you</h2>
        {given.length === 0 ? (
          <p className="text-ink-2">
            {decides
              ? 'Nobody. You decide for yourself.'
              : 'Nobody: none of your roles decides changes, so there is nothing to delegate.'}
          </p>
        ) : (
          <DelegationList rows={given} shows="delegate" ends />
        )}
      </section>
      <section aria-labelledby="received" className="mb-6">
        <h2 id="received">Whom you may sign for</h2>
        {received.length === 0 ? (
          <p className="text-ink-2">Nobody has delegated to you.</p>
        ) : (
          <DelegationList rows={received} shows="delegator" ends />
        )}
      </section>
      {choices ? <FromCalendar choices={choices} /> : null}
    </div>
  )
}

async function Everybodys({ query }: { query: Query }) {
  const viewer = await requireViewer()
  const { rows, back, next } = await listDelegations(platform(), viewer, query)
  const to = (change: Query) => listUrl('/settings/delegation', query, change)
  if (rows.length === 0)
    return <Empty title="No delegation.">Nobody signs for anybody else, nor ever did.</Empty>
  return (
    <>
      <div className="pad">
        <DelegationList rows={rows} shows="both" ends={holdsPlatform(viewer, 'platform.manage')} />
      </div>
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'delegation')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </>
  )
}
