import { Plus } from 'lucide-react'
import Link from 'next/link'
import { changeNumber } from '#components/change-number.ts'
import { PageHead } from '#components/shell/page.tsx'
import { changeLook, fluxStateOf, lookOf } from '#components/states/look.ts'
import { State } from '#components/states/state.tsx'
import { ButtonLink } from '#components/ui/button.tsx'
import { Kbd } from '#components/ui/kbd.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'

type Waiting = { number: number; title: string; state: string; since: string; stage: string | null }
type Service = {
  id: string
  tenant: string
  slug: string
  severity: number
  since: string
  instances: number
  unhealthy: number
}
type Unowned = { tenant: string; services: number; since: string }
type Change = {
  number: number
  title: string
  state: string
  closeCode: string | null
  requester: string
  since: string
}

type HomeListsProps = {
  name: string
  waiting: readonly Waiting[]
  /** Services of tenants that are the viewer's to own, whose teams lack people. */
  unowned: readonly Unowned[]
  services: readonly Service[]
  changes: readonly Change[]
  newService: boolean
}

/** What waits for me, my services worst first, changes under way. */
export function HomeLists({
  name,
  waiting,
  unowned,
  services,
  changes,
  newService,
}: HomeListsProps) {
  const things = waiting.length + unowned.length
  return (
    <>
      <PageHead
        title={
          things === 0
            ? `Good day, ${name}. Nothing waits for you.`
            : `Good day, ${name}. ${counted(things, 'thing waits', 'things wait')} for you.`
        }
        acts={
          newService ? (
            <ButtonLink kind="primary" size="small" href="/services/new">
              <Plus className="icon" aria-hidden="true" />
              Onboard a service <Kbd>N</Kbd>
            </ButtonLink>
          ) : null
        }
      />
      <div className="px-(--gutter) pb-8">
        {things > 0 ? <WaitingList waiting={waiting} unowned={unowned} /> : null}
        <div className="home-columns">
          <ServiceRows services={services} />
          <ChangeRows changes={changes} />
        </div>
      </div>
    </>
  )
}

function WaitingList({ waiting, unowned }: Pick<HomeListsProps, 'waiting' | 'unowned'>) {
  return (
    <section className="mb-7" aria-labelledby="waiting">
      <div className="section-head mb-0">
        <h2 id="waiting">Waits for you</h2>
        <span className="text-xs text-ink-3">oldest first</span>
      </div>
      <ul className="rows mt-2">
        {waiting.map((item) => (
          <li key={item.number}>
            <Link className="name wrap-anywhere" href={`/changes/${item.number}`}>
              <span className="mono">{changeNumber(item.number)}</span>&ensp;{item.title}
            </Link>
            <span className="text-xs text-ink-3">
              <Time at={item.since} as="ago" />
            </span>
            <span>
              <State
                look={lookOf('change', item.state)}
                word={item.stage ? `Your vote: ${item.stage}` : undefined}
                small
              />
            </span>
          </li>
        ))}
        {unowned.map(({ tenant, services, since }) => (
          <li key={tenant}>
            <Link className="name wrap-anywhere" href={`/services?view=unowned&tenant=${tenant}`}>
              {counted(services, 'service')} of {tenant} {services === 1 ? 'needs' : 'need'} an
              owner
            </Link>
            <span className="text-xs text-ink-3">
              <Time at={since} as="ago" />
            </span>
            <span className="text-xs text-ink-2">their teams have fewer than two people</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ServiceRows({ services }: { services: readonly Service[] }) {
  return (
    <section aria-labelledby="services">
      <div className="section-head mb-0">
        <h2 id="services">Your services</h2>
        <span className="text-xs text-ink-3">worst first</span>
        <Link className="link ml-auto text-xs" href="/services">
          All services
        </Link>
      </div>
      {services.length === 0 ? (
        <p className="mt-2 text-ink-2">
          None yet. The first one stands here as soon as it is recorded.
        </p>
      ) : null}
      <ul className="rows mt-2">
        {services.map((service) => (
          <li key={service.id}>
            <Link
              className="name wrap-anywhere"
              href={`/services/${service.tenant}/${service.slug}`}
            >
              {service.slug}
            </Link>
            <span className="text-xs text-ink-3">
              <Time at={service.since} as="age" />
            </span>
            <State look={lookOf('flux', fluxStateOf(service.severity))} small />
            <span className="text-xs text-ink-2">{healthText(service)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function healthText({ instances, unhealthy }: Service): string {
  if (instances === 0) return 'no target yet'
  return unhealthy === 0
    ? counted(instances, 'target')
    : `${unhealthy} of ${counted(instances, 'target')}`
}

function ChangeRows({ changes }: { changes: readonly Change[] }) {
  return (
    <section aria-labelledby="changes">
      <div className="section-head mb-0">
        <h2 id="changes">Changes under way</h2>
        <Link className="link ml-auto text-xs" href="/changes">
          All changes
        </Link>
      </div>
      {changes.length === 0 ? (
        <p className="mt-2 text-ink-2">None is open in your tenants.</p>
      ) : null}
      <ul className="rows mt-2">
        {changes.map((change) => (
          <li key={change.number}>
            <Link className="name wrap-anywhere" href={`/changes/${change.number}`}>
              <span className="mono">{changeNumber(change.number)}</span>&ensp;{change.title}
            </Link>
            <span className="text-xs text-ink-3">
              <Time at={change.since} as="age" />
            </span>
            <State look={changeLook(change.state, change.closeCode)} small />
            <span className="text-xs text-ink-2">{change.requester}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
