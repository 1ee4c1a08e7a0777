import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { single } from '#components/list-url.ts'
import { PlanView } from '#components/plan/plan-view.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { counted } from '#components/words.ts'
import { previewRetirement } from '#lib/onboarding/retirement/preview-retirement.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { RetirementForm } from './_components/retirement-form.tsx'
import { RetirementNotes } from './_components/retirement-notes.tsx'
import { figuresOf, pictureOf } from './picture.ts'

type Props = {
  params: Promise<{ tenant: string; slug: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata({ params }: Pick<Props, 'params'>): Promise<Metadata> {
  return { title: `Offboard ${(await params).slug}` }
}

export default async function NewRetirementPage({ params, searchParams }: Props) {
  const viewer = await requireViewer()
  const name = await params
  const workloads = single(await searchParams).workloads === 'orphan' ? 'orphan' : 'prune'
  const preview = await previewRetirement(platform(), viewer, { ...name, workloads })
  if (!preview) notFound()
  const { removed, kept } = figuresOf(preview)
  return (
    <Page
      crumbs={[
        { label: 'Services', href: '/services' },
        { label: name.slug, href: `/services/${name.tenant}/${name.slug}` },
        { label: 'Offboard' },
      ]}
    >
      <PageHead
        title={`Offboard ${name.slug}`}
        sub={`from ${counted(preview.instances.length, 'target')}; nothing is touched before the plan is approved`}
      />
      <div className="mx-(--gutter) mb-4 grid max-w-[60rem] gap-4">
        <RetirementNotes preview={preview} />
        <RetirementForm
          serviceId={preview.serviceId}
          slug={preview.slug}
          workloads={workloads}
          planHash={preview.planHash}
          quarantineMinutes={preview.quarantineMinutes}
          stages={preview.stages.map((stage) => stage.name)}
          barred={preview.open.length > 0 || preview.unfillable.length > 0}
          band={preview.band}
        />
      </div>
      <section aria-labelledby="plan" className="mx-(--gutter) mb-4">
        <div className="section-head">
          <h2 id="plan">Plan</h2>
          <span className="text-xs text-ink-3">
            {counted(removed, 'thing')} removed, {kept} kept
          </span>
        </div>
        <PlanView key={workloads} picture={pictureOf(preview)} first="Workloads" />
      </section>
    </Page>
  )
}
