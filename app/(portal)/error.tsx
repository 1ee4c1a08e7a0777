'use client'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Button } from '#components/ui/button.tsx'
import { ErrorPanel } from '#components/ui/error-panel.tsx'

const TEXT = {
  happened: 'What this page reads did not answer as expected.',
  whose:
    'Ours. It often heals by itself within a minute; what you saved is safe, and other pages may work.',
  next: 'Try again. If it stays, send us the reference.',
}

export default function PortalError({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <Page crumbs={[{ label: 'Not available' }]}>
      <PageHead title="This page could not be shown" />
      <div className="pad max-w-[760px]">
        <ErrorPanel
          text={TEXT}
          reference={error.digest}
          acts={
            <Button size="small" onClick={reset}>
              Try now
            </Button>
          }
        />
      </div>
    </Page>
  )
}
