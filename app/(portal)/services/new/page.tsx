import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { readFormOptions, readRequest } from '#lib/onboarding/form-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import type { Mine } from './_components/options.ts'
import { RequestForm } from './_components/request-form.tsx'

export const metadata: Metadata = { title: 'New service' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function NewServicePage({ searchParams }: Props) {
  const viewer = await requireViewer()
  const query = single(await searchParams)
  const earlier = await earlierRequest(viewer, query.change ?? query.from)
  const edited = query.change ? earlier : undefined
  const form = edited ? `edit-service:${edited.id}` : 'new-service'
  const { draft, ...options } = await readFormOptions(platform(), viewer, { form })
  if (options.tenants.length === 0) return <NobodyMay />
  const linked = earlier ? (earlier.request as Mine) : linkedIn(query)
  return (
    <RequestForm
      options={options}
      form={form}
      start={linked ?? {}}
      repeats={edited ? undefined : earlier?.number}
      linked={linked !== undefined && !edited}
      draft={
        draft && (edited || !linked) ? { mine: draft.body as Mine, savedAt: draft.savedAt } : null
      }
      edited={edited ? { id: edited.id, number: edited.number, revision: edited.revision } : null}
    />
  )
}

async function earlierRequest(
  viewer: Awaited<ReturnType<typeof requireViewer>>,
  number: string | undefined,
) {
  if (!number) return undefined
  const found = /^\d{1,15}$/.test(number)
    ? await readRequest(platform(), viewer, Number(number))
    : null
  if (!found) notFound()
  return found
}

/** A deep link fills in what it names: `?tenant&template&name`. */
function linkedIn({
  tenant,
  template,
  name,
}: Record<string, string | undefined>): Mine | undefined {
  if (!tenant && !template && !name) return undefined
  return {
    ...(tenant ? { tenant } : {}),
    ...(template ? { template } : {}),
    ...(name ? { name } : {}),
  }
}

function NobodyMay() {
  return (
    <Page crumbs={[{ label: 'Services', href: '/services' }, { label: 'New' }]}>
      <PageHead title="New service" />
      <Empty
        title="None of your roles lets you onboard a service."
        act={<ButtonLink href="/services">See services</ButtonLink>}
      >
        An owner of your tenant grants the developer role; it works as soon as the directory has
        told us.
      </Empty>
    </Page>
  )
}
