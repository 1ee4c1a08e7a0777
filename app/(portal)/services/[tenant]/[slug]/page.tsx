import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { fluxStateOf, lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { dataClassName } from '#components/words.ts'
import { listServiceEvents, readService } from '#lib/cmdb/service-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { InstanceTable } from './_components/instance-table.tsx'
import { ServiceAside } from './_components/service-aside.tsx'
import { ServiceTimeline } from './_components/service-timeline.tsx'

type Props = { params: Promise<{ tenant: string; slug: string }> }

const EVENTS = 60

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).slug }
}

export default async function ServicePage({ params }: Props) {
  const viewer = await requireViewer()
  const service = await readService(platform(), viewer, await params)
  if (!service) notFound()
  const events = await listServiceEvents(platform(), viewer, {
    serviceId: service.id,
    limit: EVENTS,
  })
  const ready = service.instances.filter((instance) => instance.status === 'ready').length
  const all = service.instances.length
  const look = lookOf('flux', fluxStateOf(service.severity))
  return (
    <Page
      crumbs={[
        { label: 'Services', href: '/services' },
        { label: service.tenantName, href: `/services?tenant=${service.tenant}` },
        { label: service.slug },
      ]}
    >
      <Refresher every={5000} />
      <PageHead
        title={service.slug}
        beside={
          <State
            chip
            look={look}
            word={
              ready === all
                ? `${look.word}${all > 0 ? ` on ${all}` : ''}`
                : `${look.word}, ${ready} of ${all} Ready`
            }
          />
        }
        sub={[
          service.displayName,
          service.tier && `tier ${service.tier}`,
          dataClassName(service.dataClass),
          service.stage.replaceAll('_', ' '),
        ]
          .filter(Boolean)
          .join(' · ')}
      />
      <div className="two">
        <div className="two-main">
          <section aria-labelledby="instances">
            <div className="section-head">
              <h2 id="instances">Instances</h2>
              <span className="text-xs text-ink-3">worst first</span>
              <span className="ml-auto text-xs text-ink-3" role="status">
                {ready} of {all} Ready
              </span>
            </div>
            <InstanceTable instances={service.instances} />
          </section>
          <ServiceTimeline events={events} changes={service.changes} />
        </div>
        <ServiceAside service={service} />
      </div>
    </Page>
  )
}
