'use client'
import { LonePage } from '#components/lone-page.tsx'
import { Told } from '#components/told.tsx'
import { Button, ButtonLink } from '#components/ui/button.tsx'

const TEXT = {
  happened: 'This page could not be made: something that it reads did not answer as expected.',
  whose: 'Ours. It often heals by itself within a minute; what you saved is safe.',
  next: 'Try again. If it stays, send us the reference.',
}

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <LonePage title="This page could not be shown">
      <Told text={TEXT} reference={error.digest} />
      <div className="flex gap-2">
        <Button kind="primary" onClick={reset}>
          Try now
        </Button>
        <ButtonLink href="/">Go home</ButtonLink>
      </div>
    </LonePage>
  )
}
