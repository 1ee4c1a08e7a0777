import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { SOURCE_KIND_WORDS } from '#components/source-words.ts'
import { may } from '#lib/auth/permissions.ts'
import { readSources } from '#lib/entitlements/source-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { SourceForm } from './_components/source-form.tsx'

export const metadata: Metadata = { title: 'Source of facts' }

type Props = { params: Promise<{ kind: string }> }

export default async function SourcePage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const { kind } = await params
  const source = (await readSources(platform(), viewer)).find((one) => one.kind === kind)
  if (!source) notFound()
  const { title, about, columns } = SOURCE_KIND_WORDS[source.kind]
  return (
    <Page
      crumbs={[
        { label: 'Policies', href: '/policies' },
        { label: 'Sources', href: '/policies?view=sources' },
        { label: title },
      ]}
    >
      <PageHead
        title={title}
        sub={`${about}. Another administrator confirms what you propose; until then nothing is read from there.`}
      />
      <div className="px-(--gutter) pb-6">
        <SourceForm kind={source.kind} columns={columns} active={source.active} />
      </div>
    </Page>
  )
}
