import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { PlanView } from '#components/plan/plan-view.tsx'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { counted } from '#components/words.ts'
import { readService } from '#lib/cmdb/service-queries.ts'
import { previewRollback } from '#lib/onboarding/rollback/preview-rollback.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { RollbackForm } from './_components/rollback-form.tsx'
import { RollbackNotes } from './_components/rollback-notes.tsx'
import { choiceOf, environmentsOf } from './choice.ts'
import { pictureOf } from './picture.ts'

type Props = {
  params: Promise<{ tenant: string; slug: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export async function generateMetadata({ params }: Pick<Props, 'params'>): Promise<Metadata> {
  return { title: `Roll back ${(await params).slug}` }
}

export default async function NewRollbackPage({ params, searchParams }: Props) {
  const viewer = await requireViewer()
  const name = await params
  const service = await readService(platform(), viewer, name)
  if (!service) notFound()
  const environments = environmentsOf(service.instances)
  const asked = choiceOf(await searchParams, environments)
  const preview = await previewRollback(platform(), viewer, { ...name, ...asked })
  if (!preview) notFound()
  const { choice } = preview
  return (
    <Page
      crumbs={[
        { label: 'Services', href: '/services' },
        { label: name.slug, href: `/services/${name.tenant}/${name.slug}` },
        { label: 'Roll back' },
      ]}
    >
      {choice ? <Awaits state={choice.between.state} /> : null}
      <PageHead
        title={`Roll back ${name.slug}`}
        sub="to a revision that Flux was Ready with; nothing is touched before the plan is approved"
      />
      <div className="mx-(--gutter) mb-4 grid max-w-[60rem] gap-4">
        <RollbackNotes preview={preview} />
        <RollbackForm
          environments={environments}
          preview={{
            ...preview,
            pinned: preview.instances.some(({ pinned }) => pinned !== null),
            emergency: asked.emergency,
            runs: [...new Set(preview.instances.flatMap(({ runs }) => runs ?? []))],
            choice: choice && {
              ...{ commit: choice.commit, planHash: choice.planHash, band: choice.band },
              ...{ stages: choice.stages, reviewHours: choice.reviewHours },
              known: choice.between.state === 'known',
              barred:
                preview.open.length > 0 ||
                preview.retiring ||
                choice.unfillable.length > 0 ||
                choice.moved === 0,
            },
          }}
        />
      </div>
      {choice && choice.moved > 0 ? (
        <section aria-labelledby="plan" className="mx-(--gutter) mb-4">
          <div className="section-head">
            <h2 id="plan">Plan</h2>
            <span className="text-xs text-ink-3">
              {counted(choice.moved, 'source')} altered, nothing else of the service
            </span>
          </div>
          <PlanView
            key={choice.planHash}
            picture={pictureOf(preview.instances, choice.items)}
            first="GitRepository"
          />
        </section>
      ) : null}
    </Page>
  )
}

/** What the worker is asking the Git host is looked for soon; what that did not answer, once it is asked again. */
function Awaits({ state }: { state: string }) {
  if (state === 'reading') return <Refresher every={2000} />
  return state === 'unanswered' ? <Refresher every={20_000} /> : null
}
