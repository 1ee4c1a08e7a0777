import { Plus } from 'lucide-react'
import type { Metadata } from 'next'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { LinkTabs } from '#components/ui/link-tabs.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { may } from '#lib/auth/permissions.ts'
import { listEnvironments, listServices } from '#lib/cmdb/service-list-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { ServiceFilters } from './_components/service-filters.tsx'
import { ServiceTable } from './_components/service-table.tsx'
import { serviceFilter, VIEWS } from './service-filter.ts'

export const metadata: Metadata = { title: 'Services' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function ServicesPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  const query = single(await searchParams)
  const filter = serviceFilter(query)
  const [{ rows, back, next }, environments] = await Promise.all([
    listServices(platform(), viewer, filter),
    listEnvironments(platform(), viewer),
  ])
  const to = (change: Record<string, string | undefined>) => listUrl('/services', query, change)
  const narrowed = Boolean(query.q || query.env || query.state || query.tenant)
  const mayRequest = may(viewer, 'service.request')
  const onboard = (
    <ButtonLink kind="primary" size="small" href="/services/new">
      <Plus className="icon" aria-hidden="true" />
      New service <Kbd>N</Kbd>
    </ButtonLink>
  )
  return (
    <Page crumbs={[{ label: 'Services' }]}>
      <PageHead title="Services" acts={mayRequest ? onboard : null} />
      <LinkTabs
        label="Views"
        tabs={VIEWS.map((view) => ({
          ...view,
          href: to({ view: view.name, state: view.state }),
          current: view.name === filter.name,
        }))}
      />
      <ServiceFilters query={query} environments={environments} />
      {rows.length > 0 ? <ServiceTable rows={rows} sort={filter.sort} to={to} /> : null}
      {rows.length === 0 && narrowed ? (
        <Empty
          title="No service matches."
          act={<ButtonLink href="/services?view=all">Clear filters</ButtonLink>}
        >
          Names are matched with typos; filters all apply at once.
        </Empty>
      ) : null}
      {rows.length === 0 && !narrowed && filter.ownerNeeded ? (
        <Empty title="No service needs an owner.">
          One whose owning team has fewer than two active people stands here until people are added
          to the team.
        </Empty>
      ) : null}
      {rows.length === 0 && !narrowed && !filter.ownerNeeded ? (
        <Empty
          title={filter.view === 'mine' ? 'Your teams own no service yet.' : 'No service yet.'}
          act={mayRequest ? onboard : null}
        >
          A service stands here from the moment its change is applied, with the state that Flux
          reports on each cluster.
        </Empty>
      ) : null}
      {back || next ? (
        <Pagination
          summary={`${rows.length} services`}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}
