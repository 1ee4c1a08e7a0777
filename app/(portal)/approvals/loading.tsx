import { Page, PageHead } from '#components/shell/page.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'

export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Approvals' }]}>
      <PageHead title="Approvals" />
      <SkeletonRows rows={6} />
    </Page>
  )
}
