import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Page, PageHead } from '#components/shell/page.tsx'
import { Table } from '#components/ui/table.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { may } from '#lib/auth/permissions.ts'
import { readTeamSuccess } from '#lib/changes/success-queries.ts'
import { readTenant, type TenantPage } from '#lib/fleet/tenant-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { requireViewer } from '#lib/web/viewer.ts'
import { Admit, Withdraw } from './_components/admission.tsx'
import { DriftPolicies } from './_components/drift-policies.tsx'
import { QuotaTable } from './_components/quota-table.tsx'
import { TeamRecord } from './_components/team-record.tsx'
import { TenantAside } from './_components/tenant-aside.tsx'

type Props = { params: Promise<{ slug: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await params).slug }
}

export default async function TenantDetailPage({ params }: Props) {
  const viewer = await requireViewer()
  if (!may(viewer, 'platform.read')) notFound()
  const tenant = await readTenant(platform(), viewer, (await params).slug)
  if (!tenant) notFound()
  const teams = await readTeamSuccess(platform(), viewer, tenant.id)
  const manage = may(viewer, 'platform.manage')
  return (
    <Page crumbs={[{ label: 'Tenants', href: '/tenants' }, { label: tenant.name }]}>
      <PageHead
        title={tenant.name}
        beside={tenant.state === 'active' ? null : <Tag>{tenant.state}</Tag>}
        sub={
          <>
            <Link className="link" href={`/services?tenant=${tenant.slug}`}>
              {counted(tenant.services, 'service')}
            </Link>{' '}
            of at most {tenant.maxServices}, data up to{' '}
            {dataClassName(tenant.maxDataClass).toLowerCase()} ·{' '}
            <Link className="link" href={`/why?tenant=${tenant.slug}`}>
              Why can somebody here
            </Link>{' '}
            ·{' '}
            <Link className="link" href={`/access/${tenant.slug}`}>
              Access review
            </Link>
          </>
        }
      />
      <div className="two">
        <div className="two-main">
          <section aria-labelledby="quota" className="mb-6">
            <h2 id="quota" className="mb-2">
              Quota
            </h2>
            <QuotaTable tenant={tenant.slug} quotas={tenant.quotas} manage={manage} />
          </section>
          <section aria-labelledby="drift" className="mb-6">
            <div className="section-head">
              <h2 id="drift">Drift</h2>
              <span className="text-xs text-ink-3">what was changed by hand on a cluster</span>
            </div>
            <DriftPolicies tenant={tenant.slug} policies={tenant.driftPolicies} manage={manage} />
          </section>
          <section aria-labelledby="record" className="mb-6">
            <div className="section-head">
              <h2 id="record">Success of changes</h2>
              <span className="text-xs text-ink-3">closed in the last 90 days, by owning team</span>
            </div>
            <TeamRecord teams={teams} />
          </section>
          <section aria-labelledby="servicenow" className="mb-6">
            <div className="section-head">
              <h2 id="servicenow">ServiceNow</h2>
              <span className="ml-auto">
                <Link className="link" href={`/tenants/${tenant.slug}/servicenow`}>
                  {manage ? 'Set and look' : 'Look'}
                </Link>
              </span>
            </div>
            <p className="text-ink-2">{SERVICENOW[tenant.serviceNow]}</p>
          </section>
          <section aria-labelledby="chat" className="mb-6">
            <div className="section-head">
              <h2 id="chat">Chat channel</h2>
              <span className="ml-auto">
                <Link className="link" href={`/tenants/${tenant.slug}/chat`}>
                  {manage ? 'Set up and test' : 'How it stands'}
                </Link>
              </span>
            </div>
            <p className="text-ink-2">{CHAT[tenant.chat]}</p>
          </section>
          <section aria-labelledby="clusters">
            <div className="section-head">
              <h2 id="clusters">Clusters it is admitted to</h2>
              {manage ? (
                <span className="ml-auto">
                  <Admit tenant={tenant.slug} offered={tenant.offered} />
                </span>
              ) : null}
            </div>
            <Admissions tenant={tenant} manage={manage} />
          </section>
        </div>
        <TenantAside tenant={tenant} />
      </div>
    </Page>
  )
}

const SERVICENOW = {
  off: 'Off: its changes stand in Stairway alone.',
  mirror: 'Mirror: its changes stand there too, as standard changes.',
  gate: 'Gate: its changes start only once ServiceNow has approved them too.',
} as const

const CHAT = {
  off: 'Off: its people are told here and by mail.',
  on: 'On: a channel of Slack or Teams is told too.',
  broken: 'Broken: its webhook takes nothing any more. Notices and mails go out as ever.',
} as const

function Admissions({ tenant, manage }: { tenant: TenantPage; manage: boolean }) {
  if (tenant.admissions.length === 0)
    return <p className="text-ink-2">None yet: nothing can be onboarded until there is one.</p>
  return (
    <Table flat>
      <thead>
        <tr>
          <th scope="col">Cluster</th>
          <th scope="col">Environment</th>
          <th scope="col" className="figure">
            Instances
          </th>
          {manage ? (
            <th scope="col">
              <span className="sr-only">Act</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {tenant.admissions.map((admission) => (
          <tr key={`${admission.cluster} ${admission.environment}`}>
            <td>
              <Link
                className="name mono whitespace-nowrap"
                href={`/fleet/clusters/${admission.cluster}`}
              >
                {admission.cluster}
              </Link>
            </td>
            <td>{admission.environment}</td>
            <td className="figure">{admission.instances}</td>
            {manage ? (
              <td className="figure">
                <Withdraw tenant={tenant.slug} admission={admission} />
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
