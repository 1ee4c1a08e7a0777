import type { Metadata } from 'next'
import Link from 'next/link'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { LinkTabs } from '#components/ui/link-tabs.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { may } from '#lib/auth/permissions.ts'
import { listChanges } from '#lib/changes/list-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { ChangeTable } from './_components/change-table.tsx'

export const metadata: Metadata = { title: 'Changes' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const VIEWS = [
  { name: 'mine', label: 'Mine' },
  { name: 'team', label: 'My tenants’' },
  { name: 'all', label: 'All that I see' },
] as const

export default async function ChangesPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  const query = single(await searchParams)
  const requests = may(viewer, 'service.request')
  const view = VIEWS.find(({ name }) => name === query.view)?.name ?? (requests ? 'mine' : 'all')
  const open = query.state === 'open' ? true : query.state === 'ended' ? false : undefined
  const { rows, back, next } = await listChanges(platform(), viewer, {
    view,
    open,
    q: query.q?.slice(0, 100),
    after: query.after,
    before: query.before,
  })
  const to = (change: Record<string, string | undefined>) => listUrl('/changes', query, change)
  const narrowed = Boolean(query.q || query.state)
  return (
    <Page crumbs={[{ label: 'Changes' }]}>
      <PageHead title="Changes" />
      <LinkTabs
        label="Views"
        tabs={VIEWS.map(({ name, label }) => ({
          label,
          href: to({ view: name }),
          current: name === view,
        }))}
      />
      <div className="filters">
        <ListSearch label="Search changes" placeholder="Number or title" query={query} />
        <nav className="segments" aria-label="State">
          {[undefined, 'open', 'ended'].map((state) => (
            <Link
              key={state ?? 'any'}
              href={to({ state })}
              aria-current={query.state === state ? 'true' : undefined}
            >
              {state === undefined ? 'Any' : state === 'open' ? 'Open' : 'Ended'}
            </Link>
          ))}
        </nav>
      </div>
      {rows.length > 0 ? <ChangeTable rows={rows} /> : null}
      {rows.length === 0 ? (
        <Empty
          title={
            narrowed
              ? 'No change matches.'
              : view === 'mine'
                ? 'You have asked for nothing yet.'
                : 'No change yet.'
          }
          act={
            narrowed ? (
              <ButtonLink href={`/changes?view=${view}`}>Clear filters</ButtonLink>
            ) : requests ? (
              <ButtonLink kind="primary" href="/services/new">
                Onboard a service
              </ButtonLink>
            ) : null
          }
        >
          A change holds the plan, who agreed to it, and the run that did it.
        </Empty>
      ) : null}
      {back || next ? (
        <Pagination
          summary={`${rows.length} changes`}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}
