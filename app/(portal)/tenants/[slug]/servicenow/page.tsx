import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { readSetting } from '#lib/servicenow/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { testServiceNowAction } from '../../actions.ts'
import { TestButton } from '../_components/test-button.tsx'
import { LineFacts } from './_components/line-facts.tsx'
import { SettingForm } from './_components/setting-form.tsx'

export const metadata: Metadata = { title: 'ServiceNow' }

type Props = { params: Promise<{ slug: string }> }

export default async function ServiceNowPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const view = await readSetting(platform(), viewer, (await params).slug)
  if (!view) notFound()
  const manages = may(viewer, 'platform.manage')
  return (
    <Page
      crumbs={[
        { label: 'Tenants', href: '/tenants' },
        { label: view.name, href: `/tenants/${view.tenant}` },
        { label: 'ServiceNow' },
      ]}
    >
      <PageHead
        title="ServiceNow"
        sub={`Whether the changes of ${view.name} stand in ServiceNow too, and whether it must approve them.`}
        acts={
          manages && view.setting ? (
            <TestButton
              tenant={view.tenant}
              label="Test the connection"
              action={testServiceNowAction}
            />
          ) : null
        }
      />
      <div className="px-(--gutter) pb-6">
        <LineFacts view={view} />
        {manages ? (
          <section aria-labelledby="set" className="mt-6">
            <h2 id="set" className="mb-2">
              {view.setting ? 'Change it' : 'Set it'}
            </h2>
            <SettingForm tenant={view.tenant} setting={view.setting} />
          </section>
        ) : null}
      </div>
      <Refresher every={4000} />
    </Page>
  )
}
