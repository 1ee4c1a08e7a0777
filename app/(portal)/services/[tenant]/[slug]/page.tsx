import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { FreezeHolds } from '#components/freeze-hold.tsx'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { fluxStateOf, lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { dataClassName } from '#components/words.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { listServiceEvents, readService } from '#lib/cmdb/service-queries.ts'
import { readDrift } from '#lib/fleet/drift-queries.ts'
import { readHolds } from '#lib/fleet/freeze-hold-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { Drift } from './_components/drift.tsx'
import { InstanceTable } from './_components/instance-table.tsx'
import { ServiceActs } from './_components/service-acts.tsx'
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
  const drift = await readDrift(platform(), viewer, service.id)
  const holds = await readHolds(platform(), viewer, { serviceId: service.id })
  const operates = mayIn(viewer, 'service.operate', service.tenantId)
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
        acts={<Acts service={service} viewer={viewer} />}
        sub={[
          service.displayName,
          service.tier && `tier ${service.tier}`,
          dataClassName(service.dataClass),
          service.status === 'pending_retirement'
            ? 'being offboarded'
            : service.stage.replaceAll('_', ' '),
        ]
          .filter(Boolean)
          .join(' · ')}
      />
      <div className="two">
        <div className="two-main">
          <FreezeHolds holds={holds} />
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
          <Drift instances={drift} operator={operates ? viewer.id : null} />
          <ServiceTimeline events={events} changes={service.changes} />
        </div>
        <ServiceAside service={service} />
      </div>
    </Page>
  )
}

type ActsProps = {
  service: NonNullable<Awaited<ReturnType<typeof readService>>>
  viewer: Awaited<ReturnType<typeof requireViewer>>
}

/** What the viewer may do with it; while it is offboarded, nothing: its change says how far that is. */
function Acts({ service, viewer }: ActsProps) {
  const { instances, tenantId, tenant, slug } = service
  if (service.status === 'pending_retirement') return null
  return (
    <>
      {instances.length > 0 && mayIn(viewer, 'service.operate', tenantId) ? (
        <ServiceActs
          serviceId={service.id}
          environments={[...new Set(instances.map(({ environment }) => environment))]}
          instances={instances.length}
          suspended={instances.filter(({ status }) => status === 'suspended').length}
        />
      ) : null}
      {mayIn(viewer, 'service.request', tenantId) &&
      instances.some(({ earlier, pin }) => earlier || pin) ? (
        <ButtonLink size="small" kind="quiet" href={`/services/${tenant}/${slug}/rollback/new`}>
          Roll back…
        </ButtonLink>
      ) : null}
      {mayIn(viewer, 'service.request', tenantId) ? (
        <ButtonLink size="small" kind="quiet" href={`/services/${tenant}/${slug}/retirement/new`}>
          Offboard…
        </ButtonLink>
      ) : null}
    </>
  )
}
