import Link from 'next/link'
import type { ReactNode } from 'react'
import { changeNumber } from '#components/change-number.ts'
import { changeLook } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { Note } from '#components/ui/note.tsx'
import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted, dataClassName } from '#components/words.ts'
import { recoveryWords } from '#lib/entitlements/recovery-words.ts'

type Service = {
  id: string
  repository: string | null
  sourceKind: string
  intervalClass: string
  template: string | null
  templateVersion: number | null
  newestTemplateVersion: number | null
  owner: string | null
  ownerMembers: number
  lastOwner: string | null
  ownerNeededSince: string | null
  tier: number | null
  dataClass: number | null
  costCode: string | null
  size: string | null
  application: string | null
  tenant: string
  recovery: { rtoMinutes: number; rpoMinutes: number; backup: boolean } | null
  calls: readonly string[]
  vendors: readonly string[]
  description: string
  instances: readonly {
    cluster: string
    status: string
    reason: string | null
    message: string | null
  }[]
  changes: readonly { number: number; title: string; state: string; closeCode: string | null }[]
  dependants: readonly { name: string | null; class: string; tier: number | null }[]
}

/** What needs somebody, then source, ownership, continuity, changes and dependants. */
export function ServiceAside({ service }: { service: Service }) {
  const stuck = service.instances.find(
    (instance) => instance.status === 'stalled' || instance.status === 'failing',
  )
  return (
    <aside className="aside" aria-label="Facts of the service">
      {stuck ? (
        <section aria-label="Needs you">
          <Note
            tone="bad"
            shape={stuck.status === 'stalled' ? 'stalled' : 'fail'}
            title={`${stuck.cluster} will not heal by itself`}
          >
            <p>{[stuck.reason, stuck.message].filter(Boolean).join(': ')}</p>
          </Note>
        </section>
      ) : null}
      {service.ownerMembers < 2 ? <OwnerNeeded service={service} /> : null}
      <Facts title="Source" rows={sourceRows(service)} />
      <Facts title="Ownership" rows={ownershipRows(service)} />
      <Facts title="Continuity" rows={continuityRows(service)} />
      <section aria-labelledby="changes">
        <h2 id="changes">Changes</h2>
        {service.changes.length === 0 ? <p className="text-ink-2">None is recorded.</p> : null}
        <ul className="rows">
          {service.changes.map((change) => (
            <li key={change.number}>
              <Link className="name" href={`/changes/${change.number}`}>
                <span className="mono">{changeNumber(change.number)}</span>
              </Link>
              <State look={changeLook(change.state, change.closeCode)} small />
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="dependants">
        <h2 id="dependants">
          Depend on it <span className="end">{service.dependants.length}</span>
        </h2>
        <p className="text-ink-2">
          {service.dependants.length === 0
            ? 'No service in the CMDB says so.'
            : service.dependants
                .map(
                  (item) =>
                    `${item.name ?? 'a service of another tenant'}${item.tier ? ` (tier ${item.tier})` : ''}`,
                )
                .join(', ')}
        </p>
      </section>
    </aside>
  )
}

/** Fewer than two active people are left in the team that owns it. */
function OwnerNeeded({ service }: { service: Service }) {
  const { owner, ownerMembers, lastOwner, ownerNeededSince } = service
  const none = ownerMembers === 0
  return (
    <section aria-label="Owner needed">
      <Note tone={none ? 'bad' : 'warn'} shape={none ? 'fail' : 'warn'} title="Owner needed">
        <p>
          {owner === null
            ? 'No team owns it.'
            : none
              ? `Nobody active is left in ${owner}.`
              : `${lastOwner ?? 'One person'} alone is left in ${owner}.`}
          {ownerNeededSince ? (
            <>
              {' '}
              Known since <Time at={ownerNeededSince} />.
            </>
          ) : null}{' '}
          Whoever looks after the directory adds people to the team; this closes by itself then.
        </p>
      </Note>
    </section>
  )
}

type Row = readonly [label: string, value: ReactNode]

function sourceRows(service: Service): Row[] {
  const newer =
    service.newestTemplateVersion !== null &&
    service.templateVersion !== null &&
    service.newestTemplateVersion > service.templateVersion
  return [
    [
      'Git',
      <span className="mono" key="git">
        {service.repository ?? 'not recorded'}
      </span>,
    ],
    ['Interval', `${service.intervalClass}, with events pushed`],
    [
      'Template',
      <span key="template">
        {service.template ?? 'none'} {service.templateVersion ? `v${service.templateVersion}` : ''}{' '}
        {newer ? <Tag>v{service.newestTemplateVersion} available</Tag> : null}
      </span>,
    ],
  ]
}

function ownershipRows(service: Service): Row[] {
  return [
    [
      'Team',
      service.owner
        ? `${service.owner}, ${counted(service.ownerMembers, 'person', 'people')}`
        : 'nobody',
    ],
    ['Application', service.application ?? 'not recorded'],
    ['Tier', service.tier ?? 'not set'],
    ['Data', dataClassName(service.dataClass)],
    ['Cost code', service.costCode ?? 'not set'],
    ['Size', service.size ?? 'not set'],
    ['About', service.description || 'no description'],
  ]
}

function continuityRows({ tenant, recovery, calls, vendors }: Service): Row[] {
  return [
    ['Recovery', recovery ? recoveryWords(recovery) : 'not stated'],
    [
      'Calls',
      calls.length === 0 ? (
        'no service that it says'
      ) : (
        <ul key="calls">
          {calls.map((name) => (
            <li key={name}>
              <Link className="link" href={`/services/${tenant}/${name}`}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      ),
    ],
    ['Companies', vendors.length === 0 ? 'none that it says' : vendors.join(', ')],
  ]
}

function Facts({ title, rows }: { title: string; rows: readonly Row[] }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl className="pairs">
        {rows.map(([label, value]) => (
          <div key={label} className="contents">
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
