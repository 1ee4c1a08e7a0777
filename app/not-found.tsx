import type { Metadata } from 'next'
import { LonePage } from '#components/lone-page.tsx'
import { Told } from '#components/told.tsx'
import { ButtonLink } from '#components/ui/button.tsx'

export const metadata: Metadata = { title: 'Not found' }

const TEXT = {
  happened:
    'There is nothing at this address, or it is not yours to see. Both read the same, on purpose.',
  whose:
    'Nobody’s fault, if you followed a link from outside. If it came from within Stairway it is ours.',
  next: 'Check the address, or ask whoever sent you here; an owner of the tenant can grant access.',
}

export default function NotFound() {
  return (
    <LonePage title="Not found">
      <Told text={TEXT} />
      <ButtonLink kind="primary" href="/">
        Go home
      </ButtonLink>
    </LonePage>
  )
}
