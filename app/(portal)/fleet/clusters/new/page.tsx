import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { may } from '#lib/auth/permissions.ts'
import { fleetFacets } from '#lib/fleet/queries.ts'
import { renderBaseline, renderHubRights } from '#lib/flux/baseline/render-baseline.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { Manifests } from './_components/manifests.tsx'
import { RegisterForm } from './_components/register-form.tsx'

export const metadata: Metadata = { title: 'Register a cluster' }

export default async function RegisterClusterPage() {
  const viewer = await requireViewer()
  if (!may(viewer, 'fleet.manage')) notFound()
  const { regions, environments } = await fleetFacets(platform(), viewer)
  return (
    <Page crumbs={[{ label: 'Fleet', href: '/fleet' }, { label: 'Register a cluster' }]}>
      <PageHead
        title="Register a cluster"
        sub="Its address, its certificate and a token of a service account that Stairway may use there. The token is sealed when you send it: nobody but the worker can open it, and it is never shown again."
      />
      <div className="two">
        <div className="two-main">
          <RegisterForm regions={regions} environments={environments} />
        </div>
        <Manifests rights={shown(renderHubRights())} baseline={shown(renderBaseline())} />
      </div>
    </Page>
  )
}

function shown({ text, hash }: { text: string; hash: string }) {
  return { text, hash }
}
