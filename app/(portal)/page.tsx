import type { Metadata } from 'next'
import { Page } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { listChanges, waitingFor } from '#lib/changes/list-queries.ts'
import { ownersNeeded } from '#lib/cmdb/owner-finding-queries.ts'
import { listServices } from '#lib/cmdb/service-list-queries.ts'
import { readRights } from '#lib/onboarding/form-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { FirstDay } from './_components/first-day.tsx'
import { HomeLists } from './_components/home-lists.tsx'

export const metadata: Metadata = { title: 'Home' }

export default async function HomePage() {
  const viewer = await requireViewer()
  const db = platform()
  const [waiting, unowned, services, changes] = await Promise.all([
    waitingFor(db, viewer),
    ownersNeeded(db, viewer),
    listServices(db, viewer, { view: 'all', sort: 'worst' }),
    listChanges(db, viewer, { view: 'team', open: true }),
  ])
  const firstName = viewer.name.split(' ')[0] ?? viewer.name
  const mayRequest = may(viewer, 'service.request')
  const nothing = services.rows.length === 0 && changes.rows.length === 0 && waiting.length === 0
  return (
    <Page crumbs={[{ label: 'Home' }]}>
      {nothing && mayRequest ? (
        <FirstDay name={firstName} rights={await readRights(db, viewer)} />
      ) : (
        <HomeLists
          name={firstName}
          waiting={waiting}
          unowned={unowned}
          services={services.rows.slice(0, 10)}
          changes={changes.rows.slice(0, 10)}
          newService={mayRequest}
        />
      )}
    </Page>
  )
}
