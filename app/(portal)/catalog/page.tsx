import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { FilterSelect } from '#components/ui/filter-select.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { Table } from '#components/ui/table.tsx'
import { counted, dataClassName, spaced } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { type CatalogRow, catalogFacets, listCatalog } from '#lib/cmdb/catalog-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

export const metadata: Metadata = { title: 'Catalog' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function CatalogPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'catalog.read')) notFound()
  const query = single(await searchParams)
  const [facets, { rows, back, next }] = await Promise.all([
    catalogFacets(platform(), viewer),
    listCatalog(platform(), viewer, { ...query, retired: query.show === 'retired' }),
  ])
  const to = (change: Record<string, string | undefined>) => listUrl('/catalog', query, change)
  const narrowed = Boolean(query.q || query.class || query.tenant || query.show)
  return (
    <Page crumbs={[{ label: 'Catalog' }]}>
      <PageHead
        title="Catalog"
        sub="Configuration items and what they depend on, as changes and observation keep them."
      />
      <div className="filters">
        <ListSearch label="Search the catalog" placeholder="Name of an item" query={query} />
        <FilterSelect
          name="class"
          label="Class"
          any="Every class"
          query={query}
          choices={facets.classes.map((value) => ({ value, label: spaced(value) }))}
        />
        {facets.tenants.length > 1 ? (
          <FilterSelect
            name="tenant"
            label="Tenant"
            any="Every tenant"
            query={query}
            choices={facets.tenants.map(({ slug, name }) => ({ value: slug, label: name }))}
          />
        ) : null}
        <FilterSelect
          name="show"
          label="Life"
          any="In use"
          query={query}
          choices={[{ value: 'retired', label: 'Retired' }]}
        />
      </div>
      {rows.length > 0 ? <CatalogTable rows={rows} /> : null}
      {rows.length === 0 ? (
        <Empty
          title={narrowed ? 'No item matches.' : 'Nothing is registered yet.'}
          act={narrowed ? <ButtonLink href="/catalog">Clear filters</ButtonLink> : null}
        >
          Onboarding a service registers it, its repository and its instances here.
        </Empty>
      ) : null}
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'item')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}

function CatalogTable({ rows }: { rows: readonly CatalogRow[] }) {
  return (
    <Table full>
      <thead>
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Class</th>
          <th scope="col" className="not-phone">
            Tenant
          </th>
          <th scope="col" className="not-phone">
            Owner
          </th>
          <th scope="col" className="not-phone">
            Data
          </th>
          <th scope="col" className="not-phone">
            Life
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className="wrap-anywhere">
              <Link className="name" href={`/catalog/${row.id}`}>
                {row.name}
              </Link>
            </td>
            <td>{spaced(row.class)}</td>
            <td className="not-phone text-ink-2">{row.tenant}</td>
            <td className="not-phone text-ink-2">{row.owner ?? '–'}</td>
            <td className="not-phone text-ink-2">
              {row.dataClass === null ? '–' : dataClassName(row.dataClass)}
            </td>
            <td className="not-phone text-ink-2">{spaced(row.stage)}</td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
