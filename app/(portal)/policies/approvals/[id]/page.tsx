import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readEditorChoices, readPolicyToEdit } from '#lib/changes/policy-editor-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { PolicyEditor } from './_components/policy-editor.tsx'

export const metadata: Metadata = { title: 'Approval policy' }

type Props = { params: Promise<{ id: string }> }

/** A stage to begin with. */
const FIRST_STAGE = {
  name: 'Approval',
  rule: { source: 'tenant_role', role: 'owner' },
  quorum: 1,
  sections: ['identity', 'data', 'access', 'network', 'capacity', 'repository', 'schedule'],
  dueHours: 48,
} as const

export default async function ApprovalPolicyPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const { id } = await params
  const isNew = id === 'new'
  const policy = isNew ? null : await readPolicyToEdit(platform(), viewer, id)
  if (!isNew && !policy) notFound()
  const choices = await readEditorChoices(platform(), viewer)
  return (
    <Page
      crumbs={[
        { label: 'Policies', href: '/policies?view=approvals' },
        { label: policy?.name ?? 'New approval policy' },
      ]}
    >
      <PageHead
        title={policy?.name ?? 'New approval policy'}
        sub={
          policy
            ? policy.active
              ? `version ${policy.active} is in force; what you write here becomes version ${policy.newest + 1}, once another administrator has approved it`
              : 'not in force; an approved edit puts it back in force'
            : 'nothing is in force before another administrator has approved it'
        }
      />
      <PolicyEditor
        choices={choices}
        active={policy?.active !== null && policy !== null}
        first={{
          policyId: policy?.id ?? null,
          name: policy?.name ?? '',
          scope: policy?.scope ?? { types: ['normal'] },
          body: policy?.body ?? {
            stages: [{ ...FIRST_STAGE, sections: [...FIRST_STAGE.sections] }],
          },
          ends: false,
        }}
      />
    </Page>
  )
}
