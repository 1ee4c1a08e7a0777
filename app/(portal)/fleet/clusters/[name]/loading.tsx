import { Page, PageHead } from '#components/shell/page.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'

/** Which cluster it is is known with the page. */
export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Fleet', href: '/fleet' }, { label: 'Cluster' }]}>
      <PageHead title="Cluster" />
      <SkeletonRows rows={12} />
    </Page>
  )
}
