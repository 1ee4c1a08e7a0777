import { Page, PageHead } from '#components/shell/page.tsx'
import { Told } from '#components/told.tsx'
import { ButtonLink } from '#components/ui/button.tsx'

const TEXT = {
  happened:
    'There is nothing of that name, or it is not yours to see. Both read the same, on purpose.',
  whose:
    'Nobody’s fault, if you followed a link from outside. If it came from within Stairway it is ours.',
  next: 'Check the address, search by name, or ask an owner of the tenant for access.',
}

export default function PortalNotFound() {
  return (
    <Page crumbs={[{ label: 'Not found' }]}>
      <PageHead title="Not found" />
      <div className="px-(--gutter) max-w-[760px]">
        <Told text={TEXT} />
        <ButtonLink href="/">Go home</ButtonLink>
      </div>
    </Page>
  )
}
