import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { listTenants } from '#lib/fleet/tenant-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

export const metadata: Metadata = { title: 'Tenants' }

export default async function TenantsPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const rows = await listTenants(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Tenants' }]}>
      <PageHead title="Tenants" sub={`${counted(rows.length, 'tenant')} behind one wall each.`} />
      {rows.length === 0 ? <Empty title="No tenant yet." /> : null}
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
                <td className="figure">{row.services}</td>
                <td className="figure">{row.openChanges}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
    </Page>
  )
}
