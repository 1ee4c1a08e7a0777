import { Page, PageHead } from '#components/shell/page.tsx'
import { SkeletonRows } from '#components/ui/skeleton.tsx'

export default function Loading() {
  return (
    <Page crumbs={[{ label: 'Audit', href: '/audit' }, { label: 'Reports' }]}>
      <PageHead title="Reports" />
      <SkeletonRows rows={7} />
    </Page>
  )
}
