import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readStandardChoices, readStandardToEdit } from '#lib/changes/standard-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { StandardEditor } from './_components/standard-editor.tsx'

export const metadata: Metadata = { title: 'Standard change' }

type Props = { params: Promise<{ id: string }> }

const HALF_A_YEAR_MS = 182 * 86_400_000

export default async function StandardPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const { id } = await params
  const isNew = id === 'new'
  const standard = isNew ? null : await readStandardToEdit(platform(), viewer, id)
  if (!isNew && !standard) notFound()
  const choices = await readStandardChoices(platform(), viewer)
  const until = new Date(Date.now() + HALF_A_YEAR_MS).toISOString().slice(0, 10)
  return (
    <Page
      crumbs={[
        { label: 'Policies', href: '/policies?view=standard' },
        { label: standard?.name ?? 'New standard change' },
      ]}
    >
      <PageHead
        title={standard?.name ?? 'New standard change'}
        sub="Inside all of these bounds a request starts at once and nobody is asked. Nothing holds before another administrator has approved it."
      />
      <StandardEditor
        choices={choices}
        active={standard?.state === 'active'}
        first={{
          standardId: standard?.id ?? null,
          name: standard?.name ?? '',
          owner: standard?.owner ?? '',
          until: standard?.state === 'active' ? standard.until : until,
          bounds: standard?.bounds ?? {
            templates: choices.templates.map(({ name }) => name),
            environments: choices.environments.slice(0, 1),
            sizes: ['small'],
            ...{ dataClassAtMost: 1, tierAtLeast: 3, targetsAtMost: 1, riskAtMost: 'low' },
          },
          ends: false,
        }}
      />
    </Page>
  )
}
