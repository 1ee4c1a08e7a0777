import { Tag } from '#components/ui/tag.tsx'
import { Time } from '#components/ui/time.tsx'
import { counted } from '#components/words.ts'

type CostCode = {
  code: string
  name: string
  chargeable: boolean
  validFrom: string | null
  validTo: string | null
  ended: boolean
  source: string
  observedAt: string
}
type Team = { name: string; people: number; services: number; observedAt: string | null }
type Grant = { role: string; group: string | null; person: string | null; people: string[] }

type TenantAsideProps = {
  tenant: {
    slug: string
    prefix: string
    gitOrg: string
    teams: readonly Team[]
    roles: readonly Grant[]
    costCodes: readonly CostCode[]
  }
}

/** Names, teams, roles and cost codes of a tenant, each with where it comes from. */
export function TenantAside({ tenant }: TenantAsideProps) {
  return (
    <aside className="aside" aria-label="About the tenant">
      <section aria-labelledby="names">
        <h2 id="names">Names</h2>
        <dl className="pairs">
          <dt>Slug</dt>
          <dd className="mono">{tenant.slug}</dd>
          <dt>Prefix</dt>
          <dd className="mono">{tenant.prefix}</dd>
          <dt>Repositories</dt>
          <dd className="mono">{tenant.gitOrg}</dd>
        </dl>
      </section>
      <Teams teams={tenant.teams} />
      <Roles roles={tenant.roles} />
      <CostCodes codes={tenant.costCodes} />
    </aside>
  )
}

function Teams({ teams }: { teams: readonly Team[] }) {
  return (
    <section aria-labelledby="teams">
      <h2 id="teams">Teams</h2>
      <ul className="rows">
        {teams.map(({ name, people, services, observedAt }) => (
          <li key={name}>
            <span>
              <span className="name">{name}</span>
              <span className="block text-xs text-ink-3">
                {counted(people, 'person', 'people')}
                {observedAt ? (
                  <>
                    , read <Time at={observedAt} as="ago" />
                  </>
                ) : (
                  ', never read'
                )}
              </span>
            </span>
            <span className="text-ink-2">owns {counted(services, 'service')}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Roles({ roles }: { roles: readonly Grant[] }) {
  return (
    <section aria-labelledby="roles">
      <h2 id="roles">Who may do what</h2>
      <ul className="rows">
        {roles.map(({ role, group, person, people }) => (
          <li key={`${role} ${group} ${person}`}>
            <span>
              <span className="name">{role}</span>
              <span className="block text-xs text-ink-2">
                {people.length > 0 ? people.join(', ') : (person ?? 'nobody today')}
              </span>
            </span>
            <span>
              <Tag>{group ?? 'by name'}</Tag>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function CostCodes({ codes }: { codes: readonly CostCode[] }) {
  return (
    <section aria-labelledby="cost">
      <h2 id="cost">Cost codes</h2>
      <ul className="rows">
        {codes.map((code) => (
          <li key={code.code}>
            <span>
              <span className="mono">{code.code}</span> {code.name}
              <span className="block text-xs text-ink-3">
                {validity(code)}; {code.source}, <Time at={code.observedAt} as="ago" />
              </span>
            </span>
            {code.ended ? <Tag bad>ended</Tag> : null}
            {!code.ended && !code.chargeable ? <Tag bad>not chargeable</Tag> : null}
          </li>
        ))}
      </ul>
    </section>
  )
}

function validity({ validFrom, validTo, ended }: CostCode): string {
  const since = validFrom ? `valid from ${validFrom}` : 'valid'
  if (!validTo) return `${since}, no end`
  return ended ? `ended ${validTo}` : `${since} to ${validTo}`
}
