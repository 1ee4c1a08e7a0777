import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { ListSearch } from '#components/ui/list-search.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { listTenants } from '#lib/fleet/tenant-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

export const metadata: Metadata = { title: 'Tenants' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function TenantsPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const query = single(await searchParams)
  const { rows, back, next } = await listTenants(platform(), viewer, {
    q: query.q?.slice(0, 100),
    after: query.after,
    before: query.before,
  })
  const to = (change: Record<string, string>) => listUrl('/tenants', query, change)
  return (
    <Page crumbs={[{ label: 'Tenants' }]}>
      <PageHead title="Tenants" sub="Each team’s slice of the fleet, behind a wall of its own." />
      <div className="filters">
        <ListSearch label="Search tenants" placeholder="Name, slug or prefix" query={query} />
      </div>
      {rows.length === 0 ? (
        <Empty
          title={query.q ? 'No tenant matches.' : 'No tenant yet.'}
          act={query.q ? <ButtonLink href="/tenants">Clear the search</ButtonLink> : null}
        />
      ) : null}
      {rows.length > 0 ? (
        <Table full>
          <thead>
            <tr>
              <th scope="col">Tenant</th>
              <th scope="col" className="not-phone">
                Prefix
              </th>
              <th scope="col" className="not-phone">
                Data up to
              </th>
              <th scope="col" className="not-phone">
                Environments
              </th>
              <th scope="col" className="figure not-phone">
                Clusters
              </th>
              <th scope="col" className="figure not-phone">
                Cost codes
              </th>
              <th scope="col" className="figure not-phone">
                Fullest quota
              </th>
              <th scope="col" className="figure not-phone">
                Access overdue
              </th>
              <th scope="col" className="figure">
                Services
              </th>
              <th scope="col" className="figure">
                Open changes
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.slug}>
                <td>
                  <Link className="name" href={`/tenants/${row.slug}`}>
                    {row.name}
                  </Link>{' '}
                  {row.state === 'active' ? null : <Tag>{row.state}</Tag>}
                </td>
                <td className="mono not-phone text-ink-2">{row.prefix}</td>
                <td className="not-phone text-ink-2">{dataClassName(row.maxDataClass)}</td>
                <td className="not-phone text-ink-2">{row.environments.join(', ')}</td>
                <td className="figure not-phone">{row.clusters}</td>
                <td className="figure not-phone">{row.costCodes}</td>
                <td className="figure not-phone">
                  {row.fullest === null ? '–' : `${row.fullest} %`}
                </td>
                <td className="figure not-phone">
                  {row.accessOverdue === 0 ? (
                    <span className="text-ink-2">0</span>
                  ) : (
                    <Link className="link" href={`/access/${row.slug}`}>
                      {row.accessOverdue}
                      <span className="sr-only"> grants of {row.name}</span>
                    </Link>
                  )}
                </td>
                <td className="figure">{row.services}</td>
                <td className="figure">{row.openChanges}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'tenant')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}
