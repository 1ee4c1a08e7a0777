import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOfCluster } from '#components/states/cluster-look.ts'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { FilterSelect } from '#components/ui/filter-select.tsx'
import { FilterToken } from '#components/ui/filter-token.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { CLUSTER_STATES } from '#lib/fleet/cluster-state.ts'
import { type FleetCell, fleetCells, fleetFacets, listClusters } from '#lib/fleet/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { ClusterTable } from './_components/cluster-table.tsx'
import { FleetCells } from './_components/fleet-cells.tsx'
import { FleetCounts } from './_components/fleet-counts.tsx'
import { FleetMatrix } from './_components/fleet-matrix.tsx'

export const metadata: Metadata = { title: 'Fleet' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

const EVERY_MS = 10_000

export default async function FleetPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'fleet.read')) notFound()
  const query = single(await searchParams)
  const [cells, facets, { rows, back, next }] = await Promise.all([
    fleetCells(platform(), viewer),
    fleetFacets(platform(), viewer),
    listClusters(platform(), viewer, { ...query, q: query.q?.slice(0, 60) }),
  ])
  const to = (change: Record<string, string | undefined>) => listUrl('/fleet', query, change)
  const narrowed = Boolean(query.q || query.environment || query.region || query.state)
  return (
    <Page crumbs={[{ label: 'Fleet' }]}>
      <Refresher every={EVERY_MS} />
      <PageHead
        title="Fleet"
        sub={<Reading cells={cells} />}
        acts={
          <>
            <Grouping query={query} />
            {may(viewer, 'fleet.manage') ? (
              <ButtonLink kind="primary" size="small" href="/fleet/clusters/new">
                Register a cluster
              </ButtonLink>
            ) : null}
          </>
        }
      />
      {cells.length > 0 ? <FleetCounts cells={cells} query={query} /> : null}
      {query.group === 'where' ? (
        <FleetMatrix cells={cells} environments={facets.environments} />
      ) : (
        <div className="px-(--gutter)">
          <FleetCells label="Every cluster, worst first" cells={cells} />
        </div>
      )}
      <div className="filters">
        <ListSearch label="Search clusters" placeholder="Name of a cluster" query={query} />
        <FilterSelect
          name="environment"
          label="Environment"
          any="Every environment"
          query={query}
          choices={facets.environments.map((value) => ({ value, label: value }))}
        />
        <FilterSelect
          name="region"
          label="Region"
          any="Every region"
          query={query}
          choices={facets.regions.map((value) => ({ value, label: value }))}
        />
        {query.state ? (
          <FilterToken what="state is" is={wordOf(query.state)} without={to({ state: '' })} />
        ) : null}
      </div>
      {rows.length > 0 ? <ClusterTable rows={rows} /> : null}
      {rows.length === 0 ? (
        <Empty
          title={narrowed ? 'No cluster matches.' : 'No cluster is registered yet.'}
          act={narrowed ? <ButtonLink href="/fleet">Clear filters</ButtonLink> : null}
        >
          A cluster takes services as soon as it is registered and a tenant is admitted to it.
        </Empty>
      ) : null}
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'cluster')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}

/** How much is looked at, and how old the oldest reading is. */
function Reading({ cells }: { cells: readonly FleetCell[] }) {
  const readings = cells.flatMap((cell) => cell.polledAt ?? []).sort()
  const objects = cells.reduce((sum, cell) => sum + cell.total, 0)
  return (
    <>
      {counted(cells.length, 'cluster')}, {counted(objects, 'Flux object')}.{' '}
      {readings[0] ? (
        <>
          Oldest reading <Time at={readings[0]} as="ago" />.
        </>
      ) : null}
    </>
  )
}

const GROUPINGS = [
  ['', 'Worst first'],
  ['where', 'By place'],
] as const

function Grouping({ query }: { query: Record<string, string | undefined> }) {
  return (
    <nav className="segments segments-small" aria-label="Grouping">
      {GROUPINGS.map(([group, label]) => (
        <Link
          key={group}
          href={listUrl('/fleet', query, { group })}
          aria-current={(query.group ?? '') === group ? 'true' : undefined}
          scroll={false}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

function wordOf(asked: string): string {
  const state = CLUSTER_STATES.find((each) => each === asked)
  return state ? lookOfCluster(state).word : asked
}
