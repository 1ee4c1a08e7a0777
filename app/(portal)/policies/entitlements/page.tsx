import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { furtherRules } from '#lib/entitlements/further-policies.ts'
import { readEntitlementPolicies } from '#lib/entitlements/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { EntitlementEditor } from './_components/entitlement-editor.tsx'

export const metadata: Metadata = { title: 'Edit the entitlement policy' }

export default async function EntitlementPolicyPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.manage')) notFound()
  const [inForce] = await readEntitlementPolicies(platform(), viewer)
  if (!inForce) notFound()
  return (
    <Page crumbs={[{ label: 'Policies', href: '/policies' }, { label: 'Edit entitlements' }]}>
      <PageHead
        title="Entitlement policy"
        sub={`version ${inForce.version} is in force; what you write here becomes version ${inForce.version + 1}, once another administrator has approved it`}
      />
      <EntitlementEditor
        first={inForce.body.trim()}
        inForce={inForce.body}
        offered={furtherRules()}
      />
    </Page>
  )
}
