import type { Metadata } from 'next'
import Link from 'next/link'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { MOST_TOGETHER } from '#lib/changes/together.ts'
import { approvableTogether } from '#lib/changes/together-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { TogetherDesk } from './_components/together-desk.tsx'

export const metadata: Metadata = { title: 'Approve together' }

export default async function TogetherPage() {
  const viewer = await requireViewer()
  const groups = await approvableTogether(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Approvals', href: '/approvals' }, { label: 'Together' }]}>
      <PageHead
        title="Approve together"
        sub={`New services of low risk and of one template and version that only add, whose checks all pass and whose stage asks for nothing more. ${MOST_TOGETHER} at most in one act; each is signed by its own hash.`}
      />
      <TogetherDesk groups={groups}>
        <Empty title="Nothing can be approved together.">
          What waits for you is decided one by one, under{' '}
          <Link className="link" href="/approvals">
            Approvals
          </Link>
          .
        </Empty>
      </TogetherDesk>
    </Page>
  )
}
