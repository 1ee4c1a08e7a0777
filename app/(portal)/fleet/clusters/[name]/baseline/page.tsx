import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { changeNumber } from '#components/change-number.ts'
import { PlanView } from '#components/plan/plan-view.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Note } from '#components/ui/note.tsx'
import { Time } from '#components/ui/time.tsx'
import { may } from '#lib/auth/permissions.ts'
import { previewBaseline } from '#lib/onboarding/baseline/preview-baseline.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { BaselineForm } from './_components/baseline-form.tsx'
import { figuresOf, pictureOf } from './picture.ts'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Baseline of ${(await params).name}` }
}

export default async function BaselinePage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'fleet.manage')) notFound()
  const { name } = await params
  const preview = await previewBaseline(platform(), viewer, name)
  if (!preview) notFound()
  const { created, altered, removed, kept } = figuresOf(preview.items)
  const { unfillable, open } = preview
  return (
    <Page
      crumbs={[
        { label: 'Fleet', href: '/fleet' },
        { label: name, href: `/fleet/clusters/${name}` },
        { label: 'Baseline' },
      ]}
    >
      <PageHead
        title={`Baseline of ${name}`}
        sub={
          <>
            version <span className="mono">{preview.version}</span>, compared with what was read{' '}
            <Time at={preview.readAt} as="ago" />
          </>
        }
      />
      <div className="mx-(--gutter) mb-4 grid max-w-[60rem] gap-4">
        {open ? (
          <Note tone="warn" shape="warn" title={`${changeNumber(open)} asks for it already`}>
            <Link className="link" href={`/changes/${open}`}>
              Open it
            </Link>
          </Note>
        ) : null}
        {unfillable.length > 0 ? (
          <Note tone="bad" shape="fail" title={`Nobody can approve this: ${unfillable.join(', ')}`}>
            <p>Policies says who approves; the directory says who is in its groups.</p>
          </Note>
        ) : null}
        <p className="text-ink-2">
          Stairway renders the baseline and has it approved. An administrator of the cluster, or its
          own Flux, applies the approved bytes; Stairway never holds that right. It reads every
          object back and asks the policies what they refuse before it says that it is in force.
        </p>
        <BaselineForm
          clusterId={preview.cluster.id}
          cluster={name}
          planHash={preview.planHash}
          stages={preview.stages.map((stage) => stage.name)}
          band={preview.band}
          barred={open !== null || unfillable.length > 0}
        />
      </div>
      <section aria-labelledby="plan" className="mx-(--gutter) mb-4">
        <div className="section-head">
          <h2 id="plan">Plan</h2>
          <span className="text-xs text-ink-3">
            {created} new, {altered} altered, {removed} no longer wanted, {kept} unchanged
          </span>
        </div>
        <PlanView picture={pictureOf(preview.items)} first="ClusterRole" />
      </section>
    </Page>
  )
}
