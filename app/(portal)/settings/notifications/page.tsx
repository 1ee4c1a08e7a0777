import type { Metadata } from 'next'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { readPreference } from '#lib/notices/digest-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { PreferenceForm } from './_components/preference-form.tsx'

export const metadata: Metadata = { title: 'Notifications' }

export default async function NotificationsPage() {
  const viewer = await requireViewer()
  const { preference, held, lastAt } = await readPreference(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Notifications' }]}>
      <PageHead
        title="Notifications"
        sub="The bell shows everything at once. Here you say when mails about changes that wait for you are sent."
      />
      <div className="pad">
        <PreferenceForm preference={preference} />
        {preference?.daily ? (
          <p className="mt-4 text-xs text-ink-3">
            {held === 0
              ? 'Nothing is held for the next digest.'
              : `${counted(held, 'mail is', 'mails are')} held for the next digest.`}{' '}
            {lastAt ? (
              <>
                The last one was made <Time at={lastAt} as="ago" />.
              </>
            ) : (
              'None was made yet.'
            )}
          </p>
        ) : null}
      </div>
    </Page>
  )
}
