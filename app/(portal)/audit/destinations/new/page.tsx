import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { readCoverable } from '#lib/audit/destination-queries.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { DestinationForm } from './_components/destination-form.tsx'

export const metadata: Metadata = { title: 'New audit destination' }

export default async function NewDestinationPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const tenants = await readCoverable(platform(), viewer)
  return (
    <Page
      crumbs={[
        { label: 'Audit', href: '/audit' },
        { label: 'Destinations', href: '/audit/destinations' },
        { label: 'New destination' },
      ]}
    >
      <PageHead
        title="New destination"
        sub="It is sent every event of the chains that it covers, from the very first."
      />
      <div className="px-(--gutter) pb-6">
        <DestinationForm tenants={tenants} />
      </div>
    </Page>
  )
}
