import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { listUrl, single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Pagination } from '#components/ui/pagination.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { listWaivers } from '#lib/entitlements/waiver-queries.ts'
import { mayDecide } from '#lib/onboarding/waivers/settle-check-waiver.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { WaiverList } from './_components/waiver-list.tsx'

export const metadata: Metadata = { title: 'Waivers' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function WaiversPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'waiver.read')) notFound()
  const query = single(await searchParams)
  const { rows, back, next } = await listWaivers(platform(), viewer, query)
  const decides = new Set(rows.filter((row) => mayDecide(viewer, row)).map(({ id }) => id))
  const to = (change: Record<string, string | undefined>) => listUrl('/waivers', query, change)
  return (
    <Page crumbs={[{ label: 'Waivers' }]}>
      <PageHead
        title="Waivers"
        sub="Checks that fail and are lived with for a while: for one service, exactly what was found, by the word of a second person."
      />
      {rows.length === 0 ? (
        <Empty title="No waiver.">
          Where a check of a request may be waived, the form asks for it beside the check.
        </Empty>
      ) : (
        <div className="pad">
          <WaiverList waivers={rows} decides={decides} viewerId={viewer.id} />
        </div>
      )}
      {back || next ? (
        <Pagination
          summary={counted(rows.length, 'waiver')}
          back={back && to({ before: back })}
          next={next && to({ after: next })}
        />
      ) : null}
    </Page>
  )
}
