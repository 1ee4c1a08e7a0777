'use client'
import { LonePage } from '#components/lone-page.tsx'
import { Told } from '#components/told.tsx'
import './globals.css'

const TEXT = {
  happened: 'Stairway could not draw anything at all.',
  whose: 'Ours. It often heals by itself within a minute; what you saved is safe.',
  next: 'Reload the page. If it stays, send us the reference.',
}

export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <title>Not available · Stairway</title>
        <LonePage title="Stairway is not available">
          <Told text={TEXT} reference={error.digest} />
        </LonePage>
      </body>
    </html>
  )
}
