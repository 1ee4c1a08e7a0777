import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readFreezes, readScopeNames } from '#lib/calendar/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { FreezeForm } from './_components/freeze-form.tsx'

export const metadata: Metadata = { title: 'Freeze' }

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function FreezePage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const { freeze: id } = single(await searchParams)
  const freezes = id ? await readFreezes(platform(), viewer) : []
  const edited = freezes.find((freeze) => freeze.id === id)
  if (id && !edited) notFound()
  const names = await readScopeNames(platform(), viewer)
  return (
    <Page
      crumbs={[{ label: 'Calendar', href: '/calendar' }, { label: edited?.name ?? 'New freeze' }]}
    >
      <PageHead
        title={edited ? `Edit ${edited.name}` : 'New freeze'}
        sub="Look at what it does before it is saved. What runs already goes on; nothing of a freeze ever stops a run."
      />
      <FreezeForm edited={edited ?? null} names={names} />
    </Page>
  )
}
