import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { readDestinations } from '#lib/audit/destination-queries.ts'
import { may } from '#lib/auth/permissions.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { DestinationSection } from './_components/destination-section.tsx'

export const metadata: Metadata = { title: 'Audit destinations' }

export default async function DestinationsPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const destinations = await readDestinations(platform(), viewer)
  const manages = may(viewer, 'platform.manage')
  return (
    <Page crumbs={[{ label: 'Audit', href: '/audit' }, { label: 'Destinations' }]}>
      <PageHead
        title="Destinations"
        sub="Where the audit chains are sent to, as they grow: every event at least once, in order, and nothing is ever left out."
        acts={
          manages ? (
            <ButtonLink kind="primary" size="small" href="/audit/destinations/new">
              New destination
            </ButtonLink>
          ) : null
        }
      />
      {destinations.length === 0 ? (
        <Empty title="Nothing is sent anywhere yet.">
          A SIEM takes the chains by HTTPS or syslog, as JSON Lines, OCSF or CEF. What it holds is
          also what a restored database is compared with.
        </Empty>
      ) : null}
      {destinations.map((destination) => (
        <DestinationSection key={destination.id} destination={destination} manages={manages} />
      ))}
      <Refresher every={4000} />
    </Page>
  )
}
