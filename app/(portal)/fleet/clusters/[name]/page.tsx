import { X509Certificate } from 'node:crypto'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { FreezeHolds } from '#components/freeze-hold.tsx'
import { Refresher } from '#components/refresher.tsx'
import { Page, PageHead } from '#components/shell/page.tsx'
import { clusterLook } from '#components/states/cluster-look.ts'
import { lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Empty } from '#components/ui/empty.tsx'
import { Note } from '#components/ui/note.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { readHolds } from '#lib/fleet/freeze-hold-queries.ts'
import { type ClusterPage, readCluster } from '#lib/fleet/queries.ts'
import { readRebuild } from '#lib/fleet/rebuild-queries.ts'
import { loadOf } from '#lib/flux/load.ts'
import { readBaseline } from '#lib/onboarding/baseline/preview-baseline.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { Baseline } from './_components/baseline.tsx'
import { ClusterActs } from './_components/cluster-acts.tsx'
import { ClusterAside } from './_components/cluster-aside.tsx'
import { Observations } from './_components/observations.tsx'
import { Preflight } from './_components/preflight.tsx'
import { Rebuild } from './_components/rebuild.tsx'

type Props = { params: Promise<{ name: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).name }
}

export default async function ClusterDetailPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'fleet.read')) notFound()
  const cluster = await readCluster(platform(), viewer, (await params).name)
  if (!cluster) notFound()
  const rebuild = await readRebuild(platform(), viewer, cluster.id)
  const baseline = await readBaseline(platform(), viewer, cluster.name)
  const holds = await readHolds(platform(), viewer, { clusterId: cluster.id })
  const looked = cluster.polledAt !== null
  return (
    <Page crumbs={[{ label: 'Fleet', href: '/fleet' }, { label: cluster.name }]}>
      <Refresher every={looked ? 10_000 : 1000} />
      <PageHead
        title={cluster.name}
        beside={
          <>
            <State chip look={clusterLook({ ...cluster, looked })} />
            {cluster.unfit.length > 0 ? <Tag>fails its preflight: takes no tenant</Tag> : null}
            {cluster.state === 'rebuilding' ? <Tag>rebuilding: takes nothing new</Tag> : null}
            {cluster.state === 'draining' ? <Tag>draining: takes nothing new</Tag> : null}
          </>
        }
        sub={
          <>
            {cluster.region}, {cluster.zone} · {cluster.environments.join(', ')} ·{' '}
            {cluster.polledAt ? (
              <>
                looked at <Time at={cluster.polledAt} as="ago" />
              </>
            ) : (
              'not looked at yet'
            )}
          </>
        }
        acts={
          may(viewer, 'fleet.manage') ? (
            <ClusterActs
              clusterId={cluster.id}
              name={cluster.name}
              draining={cluster.state === 'draining'}
              standing={cluster.instances.length}
            />
          ) : null
        }
      />
      <div className="two">
        <div className="two-main">
          {cluster.pollError ? (
            <Note
              className="mb-4"
              tone="bad"
              shape="fail"
              title={`The last look failed: ${cluster.pollError}`}
            >
              {adviceOn(cluster.pollError)} Failed {counted(cluster.failures, 'time')} in a row; it
              is tried again by itself.
            </Note>
          ) : null}
          <FreezeHolds holds={holds} />
          <Rebuild rebuild={rebuild} />
          <Instances cluster={cluster} />
          {baseline ? (
            <Baseline
              cluster={cluster.name}
              baseline={baseline}
              asks={may(viewer, 'fleet.manage')}
            />
          ) : null}
          <Preflight
            clusterId={cluster.id}
            baseline={baselineHref(viewer, cluster.name)}
            preflight={cluster.preflight}
            waivers={cluster.waivers}
            viewer={{
              id: viewer.id,
              asks: may(viewer, 'fleet.manage'),
              decides: may(viewer, 'fleet.waive'),
            }}
          />
          <Observations observations={cluster.observations} />
          <Events events={cluster.events} />
        </div>
        <ClusterAside
          cluster={cluster}
          load={loadOf(cluster.intervals, concurrencyOf(cluster))}
          certificate={certificateOf(cluster.caPem)}
        />
      </div>
    </Page>
  )
}

/** Where a baseline that is not ours is mended, for who may ask. */
function baselineHref(viewer: Viewer, cluster: string): string | null {
  return may(viewer, 'fleet.manage') ? `/fleet/clusters/${cluster}/baseline` : null
}

function concurrencyOf({ preflight }: ClusterPage): string {
  return preflight?.checks.find(({ id }) => id === 'concurrency')?.evidence ?? ''
}

function Instances({ cluster }: { cluster: ClusterPage }) {
  return (
    <section aria-labelledby="instances" className="mb-6">
      <div className="section-head">
        <h2 id="instances">Service instances</h2>
        <span className="text-xs text-ink-3">{counted(cluster.instances.length, 'instance')}</span>
      </div>
      {cluster.instances.length === 0 ? (
        <Empty title="Nothing stands here yet." />
      ) : (
        <Table flat>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Service</th>
              <th scope="col" className="not-phone">
                Namespace
              </th>
              <th scope="col" className="not-phone">
                Revision
              </th>
              <th scope="col" className="figure">
                Since
              </th>
            </tr>
          </thead>
          <tbody>
            {cluster.instances.map((instance) => (
              <tr key={instance.namespace}>
                <td>
                  <State look={lookOf('flux', instance.status)} />
                </td>
                <td className="wrap-anywhere">
                  <Link className="name" href={`/services/${instance.tenant}/${instance.service}`}>
                    {instance.tenant}/{instance.service}
                  </Link>
                </td>
                <td className="mono not-phone text-ink-2">{instance.namespace}</td>
                <td className="mono not-phone text-ink-2">
                  {instance.revision?.split(':').at(-1)?.slice(0, 8) ?? '–'}
                </td>
                <td className="figure whitespace-nowrap text-ink-2">
                  <Time at={instance.since} as="age" />
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Events({ events }: Pick<ClusterPage, 'events'>) {
  if (events.length === 0) return null
  return (
    <section aria-labelledby="events">
      <h2 id="events" className="mb-2">
        What Flux reported last
      </h2>
      <ul className="rows">
        {events.map((event) => (
          <li key={`${event.at} ${event.object} ${event.reason} ${event.message}`}>
            <span className="wrap-anywhere">
              <span className="name">{event.reason}</span>{' '}
              <span className="mono text-ink-2">{event.object}</span>
              <span className="block text-xs text-ink-2">{event.message}</span>
            </span>
            <span className="text-xs whitespace-nowrap text-ink-2">
              <Time at={event.at} as="ago" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^unauthorised/, 'Its API server refuses the token: replace it by a new one.'],
  [/^forbidden/, 'The service account lacks a right: apply the least rights that Stairway needs.'],
  [
    /^untrusted_certificate/,
    'Its certificate is not signed by the registered authority: replace it.',
  ],
  [
    /^(unreachable|timeout)/,
    'The network or the API server does not answer: ask who runs the cluster.',
  ],
]

function adviceOn(error: string): string {
  return ADVICE.find(([pattern]) => pattern.test(error))?.[1] ?? 'Ask who runs the cluster.'
}

function certificateOf(
  pem: string,
): { subject: string; fingerprint: string; until: string } | null {
  try {
    const certificate = new X509Certificate(pem)
    return {
      subject: certificate.subject.replaceAll('\n', ', '),
      fingerprint: certificate.fingerprint256,
      until: certificate.validToDate.toISOString(),
    }
  } catch {
    return null
  }
}
