import { Page, PageHead } from '#components/shell/page.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'

export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Jobs' }]}>
      <PageHead title="Jobs" />
      <SkeletonRows rows={12} />
    </Page>
  )
}
