import { Plus } from 'lucide-react'
import { Stair, type Tread } from '#components/change/stair.tsx'
import { Shape } from '#components/states/shape.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Time } from '#components/ui/time.tsx'
import { dataClassName } from '#components/words.ts'

type Rights = {
  tenant: string
  environments: readonly string[]
  clusters: number
  maxDataClass: number
  costCodes: readonly string[]
  observedAt: string | null
}

/** The first day: the stair, what this person may do, and one button. */
export function FirstDay({ name, rights }: { name: string; rights: readonly Rights[] }) {
  const tenants = rights.map((right) => right.tenant).join(' and ')
  return (
    <div className="pad max-w-[1180px]">
      <h1>
        Good day, {name}. {tenants || 'Your tenant'} has no change under way.
      </h1>
      <p className="lead mt-1 mb-4">
        Bring a service here and Stairway takes it to every cluster it belongs on, with checks,
        approvals and records done on the way. The form asks four things.
      </p>
      <ButtonLink kind="primary" href="/services/new">
        <Plus className="icon" aria-hidden="true" />
        Onboard a service <Kbd>N</Kbd>
      </ButtonLink>
      <div className="mt-5 mb-10">
        <Stair rise label="The way of a change" treads={TREADS} />
      </div>
      <div className="grid gap-6 border-t border-line pt-4">
        {rights.map((right) => (
          <MayDo key={right.tenant} right={right} />
        ))}
        {rights.length === 0 ? (
          <p className="text-ink-2">
            None of your groups may onboard services yet. An owner of your tenant grants it.
          </p>
        ) : null}
      </div>
    </div>
  )
}

const TREADS: readonly Tread[] = [
  tread('1 Plan', 'now', 'You, four minutes. Every file and object is shown before you ask.'),
  tread(
    '2 Approve',
    'past',
    'The people whom policy names. They see the same plan and sign its exact bytes.',
  ),
  tread('3 Schedule', 'past', 'At once, unless a window was asked for.'),
  tread('4 Apply', 'past', 'Repository, CMDB record, objects on each cluster.'),
  tread('5 Verify', 'past', 'Flux reports Ready at your commit; you are told.'),
]

function tread(name: string, at: Tread['at'], note: string): Tread {
  return { name, at, note }
}

function MayDo({ right }: { right: Rights }) {
  const rows: [string, string, boolean][] = [
    [
      'Environments',
      right.environments.join(', ') || 'none is open to the tenant',
      right.environments.length > 0,
    ],
    ['Clusters', `${right.clusters} admit the tenant`, right.clusters > 0],
    ['Data', `up to ${dataClassName(right.maxDataClass)}`, true],
    [
      'Cost codes',
      right.costCodes.slice(0, 6).join(', ') || 'none is chargeable; finance opens one',
      right.costCodes.length > 0,
    ],
  ]
  return (
    <section>
      <div className="section-head">
        <h2>What you may do in {right.tenant}</h2>
        {right.observedAt ? (
          <span className="text-xs text-ink-3">
            directory, read <Time at={right.observedAt} as="ago" />
          </span>
        ) : null}
      </div>
      <ul className="may">
        {rows.map(([what, which, open]) => (
          <li key={what}>
            <Shape name={open ? 'pass' : 'blocked'} tone={open ? 'ok' : 'idle'} />
            <span className="name">{what}</span>
            <span className="text-ink-2">{which}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
