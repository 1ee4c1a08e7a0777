import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { Page, PageHead } from '#components/shell/page.tsx'
import { buttonClass } from '#components/ui/button-class.ts'
import { LinkTabs } from '#components/ui/link-tabs.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readApprovalPolicies } from '#lib/changes/policy-queries.ts'
import { readStandards } from '#lib/changes/standard-queries.ts'
import { policiesIn } from '#lib/entitlements/policy-text.ts'
import { readEntitlementPolicies } from '#lib/entitlements/queries.ts'
import { readSources } from '#lib/entitlements/source-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { Approvals } from './_components/approvals.tsx'
import { Entitlements } from './_components/entitlements.tsx'
import { Sources } from './_components/sources.tsx'
import { Standards } from './_components/standards.tsx'

export const metadata: Metadata = { title: 'Policies' }

/** What is edited beside each list. */
const EDITS: Readonly<Record<string, { href: string; label: string }>> = {
  '': { href: '/policies/entitlements', label: 'Edit the text' },
  approvals: { href: '/policies/approvals/new', label: 'New policy' },
  standard: { href: '/policies/standards/new', label: 'New standard' },
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> }

export default async function PoliciesPage({ searchParams }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const { view } = single(await searchParams)
  const [entitlements, approvals, standards, sources] = await Promise.all([
    readEntitlementPolicies(platform(), viewer),
    readApprovalPolicies(platform(), viewer),
    readStandards(platform(), viewer),
    readSources(platform(), viewer),
  ])
  const [inForce] = entitlements
  const manages = may(viewer, 'platform.manage')
  const policies = policiesIn(inForce?.body ?? '')
  return (
    <Page crumbs={[{ label: 'Policies' }]}>
      <PageHead
        title="Policies"
        sub="What a request must satisfy, who must agree to it, and what needs nobody."
        acts={
          manages && EDITS[view ?? ''] ? (
            <Link className={buttonClass({ kind: 'primary' })} href={EDITS[view ?? '']?.href ?? ''}>
              {EDITS[view ?? '']?.label}
            </Link>
          ) : undefined
        }
      />
      <LinkTabs
        label="Kinds"
        tabs={[
          {
            label: 'Entitlements',
            href: '/policies',
            count: policies.length,
            current: view === undefined,
          },
          {
            label: 'Approvals',
            href: '/policies?view=approvals',
            count: approvals.length,
            current: view === 'approvals',
          },
          {
            label: 'Pre-authorised',
            href: '/policies?view=standard',
            count: standards.length,
            current: view === 'standard',
          },
          {
            label: 'Sources',
            href: '/policies?view=sources',
            count: sources.filter(({ active }) => active !== null).length,
            current: view === 'sources',
          },
        ]}
      />
      {view === undefined && inForce ? (
        <Entitlements policies={policies} version={inForce} />
      ) : null}
      {view === 'approvals' ? <Approvals policies={approvals} mayEdit={manages} /> : null}
      {view === 'sources' ? <Sources sources={sources} manages={manages} /> : null}
      {view === 'standard' ? <Standards standards={standards} manages={manages} /> : null}
    </Page>
  )
}
