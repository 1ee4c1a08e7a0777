import { Page, PageHead } from '#components/shell/page.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'

export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Tenants' }]}>
      <PageHead title="Tenants" />
      <SkeletonRows rows={12} />
    </Page>
  )
}
