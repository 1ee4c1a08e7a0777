import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { FreezeHolds } from '#components/freeze-hold.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readFreezes } from '#lib/calendar/queries.ts'
import { readHolds } from '#lib/fleet/freeze-hold-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { FreezeList } from './_components/freeze-list.tsx'
import { ImportCalendar } from './_components/import-calendar.tsx'

export const metadata: Metadata = { title: 'Calendar' }

export default async function CalendarPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'change.read')) notFound()
  const freezes = await readFreezes(platform(), viewer)
  const over = await readHolds(platform(), viewer, 'over')
  const manages = may(viewer, 'platform.manage')
  return (
    <Page crumbs={[{ label: 'Calendar' }]}>
      <PageHead
        title="Calendar"
        sub="Freezes: when changes do not start. A change that one holds starts by itself when it is over; what runs goes on."
        acts={
          <>
            {manages ? (
              <ButtonLink kind="primary" size="small" href="/calendar/freezes/new">
                New freeze
              </ButtonLink>
            ) : null}
            {manages ? <ImportCalendar /> : null}
            <a className="button button-small" href="/calendar/export" download>
              Export .ics
            </a>
          </>
        }
      />
      {over.length > 0 ? (
        <div className="mx-(--gutter)">
          <FreezeHolds holds={over} />
        </div>
      ) : null}
      <FreezeList freezes={freezes} manages={manages} />
    </Page>
  )
}
