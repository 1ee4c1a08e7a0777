import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Table } from '#components/ui/table.tsx'
import { Time } from '#components/ui/time.tsx'
import { listReviews, type ReviewedTenant } from '#lib/auth/access-queries.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'

export const metadata: Metadata = { title: 'Access reviews' }

export default async function AccessPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'access.read')) notFound()
  const tenants = await listReviews(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Access' }]}>
      <PageHead
        title="Access reviews"
        sub="Who has which role, and whether an owner has said lately that it shall stay so. Worst first."
      />
      {tenants.length === 0 ? (
        <Empty title="No tenant.">Tenants whose access you review stand here.</Empty>
      ) : (
        <Table full>
          <thead>
            <tr>
              <th scope="col">Tenant</th>
              <th scope="col">State</th>
              <th scope="col" className="figure not-phone">
                Due
              </th>
              <th scope="col" className="figure not-phone">
                Overdue
              </th>
              <th scope="col" className="figure not-phone">
                Lapsed
              </th>
              <th scope="col" className="figure">
                Grants
              </th>
              <th scope="col" className="figure not-phone">
                Reviewed every
              </th>
              <th scope="col" className="figure">
                Next due
              </th>
            </tr>
          </thead>
          <tbody>
            {tenants.map((tenant) => (
              <Row key={tenant.slug} tenant={tenant} />
            ))}
          </tbody>
        </Table>
      )}
    </Page>
  )
}

function Row({ tenant }: { tenant: ReviewedTenant }) {
  const { slug, name, days, grants, due, overdue, lapsed, next } = tenant
  return (
    <tr>
      <td>
        <Link className="name" href={`/access/${slug}`}>
          {name}
        </Link>
      </td>
      <td className="whitespace-nowrap">
        <State look={lookOf('access', worstOf(tenant))} />
      </td>
      <td className="figure not-phone">{due}</td>
      <td className="figure not-phone">{overdue}</td>
      <td className="figure not-phone">{lapsed}</td>
      <td className="figure">{grants}</td>
      <td className="figure not-phone text-ink-2">{days} days</td>
      <td className="figure text-ink-2">{next ? <Time at={next} as="day" /> : '–'}</td>
    </tr>
  )
}

function worstOf({ due, overdue, lapsed }: ReviewedTenant): string {
  if (lapsed > 0) return 'lapsed'
  if (overdue > 0) return 'overdue'
  return due > 0 ? 'due' : 'current'
}
