import type { Transaction } from '#lib/db/client.ts'
import { isDnsLabel, isReservedName } from '#lib/dns-label.ts'
import { believed, type DirectoryAge } from '#lib/entitlements/directory-age.ts'
import { type Fact, type Facts, known, type TargetFacts, unknown } from '#lib/entitlements/facts.ts'
import { adoptionFact } from './adoption/adoption-fact.ts'
import { loadFurther, withinTenant } from './load-further.ts'
import type { RequestContext } from './request-context.ts'
import type { RequestService } from './request-service.schema.ts'
import type { SignedIn } from './signed-in.ts'

type Row = {
  now: Date
  person: { status: string; observedAt: string } | null
  /** How it stands with the requester's directory, where we read it by LDAP. */
  directory: DirectoryAge | null
  roles: string[]
  team: {
    members: number
    mine: boolean
    holds: boolean
    ofTenant: number
    observedAt: string | null
  } | null
  cost: {
    chargeable: boolean
    inForce: boolean
    tenantId: string
    observedAt: string
    source: string
    trouble: string | null
  } | null
  quota: Record<
    string,
    {
      cpu: number
      memory: number
      instances: number
      usedCpu: number
      usedMemory: number
      usedInstances: number
    }
  >
  holders: Record<string, string>
  observed: Record<string, { exists: boolean; observedAt: string; source: string }>
}

export type FactsInput = {
  requester: { id: string; name: string; userName: string }
  request: RequestService
  context: RequestContext
  changeId: string | null
  approvers: Fact<{ needed: number; unfillable: string[] }>
  /** How who asks is, or was, signed in; null where it is asked about somebody else. */
  signedIn: SignedIn | null
  /** The request is the one that is sealed in the change, and its votes are about it; a form’s is not. */
  sealed?: boolean
}

/** Everything the checks read about one request, in one query beside the request's own rows. */
export async function loadFacts(
  tx: Transaction,
  input: FactsInput,
): Promise<{ facts: Facts; now: Date }> {
  const row = await readRow(tx, input)
  const { request, context, requester } = input
  const { tenant, template } = context
  const team = believed(teamFact(row), row.directory)
  const facts: Facts = {
    requester: { id: requester.id, name: requester.name },
    tenant,
    request: { ...request, repository: `${tenant.gitOrg}/${request.name}`, demand: context.demand },
    person: believed(personFact(row), row.directory),
    roles: known(row.roles, row.now, 'membership'),
    tenantRecord: known(
      {
        state: tenant.state,
        maxDataClass: tenant.maxDataClass,
        servicesLeft: tenant.maxServices - tenant.services,
      },
      row.now,
      'tenant',
    ),
    team,
    costCode: costFact(row, tenant.id),
    template: known(
      {
        exists: template !== null,
        state: template?.state ?? 'unknown',
        withdrawn: template?.withdrawn ?? true,
      },
      row.now,
      'template registry',
    ),
    quota: Object.fromEntries(
      Object.entries(row.quota).map(([environment, q]) => [
        environment,
        known(
          {
            cpuMilliLeft: q.cpu - q.usedCpu,
            memoryMibLeft: q.memory - q.usedMemory,
            instancesLeft: q.instances - q.usedInstances,
          },
          row.now,
          'tenant_quota',
        ),
      ]),
    ),
    repository: repositoryFact(row, `${tenant.gitOrg}/${request.name}`, request.name),
    repositorySeen: seenFact(row, `repository ${tenant.gitOrg}/${request.name}`, 'Git host'),
    approvers: input.approvers,
    targets: context.targets.map((target) => targetFacts(row, context, target)),
    further: withinTenant(await loadFurther(tx, input), team),
  }
  return { facts, now: row.now }
}

async function readRow(
  tx: Transaction,
  { requester, request, context, changeId }: FactsInput,
): Promise<Row> {
  const tenantId = context.tenant.id
  const namespaces = context.targets.map((target) => `${target.cluster.id}/${target.namespace}`)
  const repository = `${context.tenant.gitOrg}/${request.name}`
  const self = changeId ?? ''
  const [row] = await tx.$queryRaw<Row[]>`
    with live as not materialized (select group_id, person_id from group_member where expires_at is null or expires_at > now()),
    granted as not materialized (select principal_id from membership where tenant_id = ${tenantId} and (expires_at is null or expires_at > now()))
    select clock_timestamp() as now,
      (select jsonb_build_object('status', p.status, 'observedAt', p.observed_at) from person p where p.id = ${requester.id}) as person,
      app.directory_age(${requester.id}) as directory,
      coalesce((select array_agg(distinct m.role) from membership m where m.tenant_id = ${tenantId} and (m.expires_at is null or m.expires_at > now())
        and (m.principal_id = ${requester.id} or m.principal_id in (select group_id from live where person_id = ${requester.id}))), '{}') as roles,
      (select jsonb_build_object('members', count(p.id), 'mine', coalesce(bool_or(p.id = ${requester.id}), false), 'observedAt', g.observed_at,
          'holds', exists (select 1 from granted w where w.principal_id = g.id) or exists (select 1 from ci c where c.tenant_id = ${tenantId} and c.class = 'service' and c.owner_group_id = g.id and c.retired_at is null),
          'ofTenant', count(p.id) filter (where exists (select 1 from granted w where w.principal_id = p.id or w.principal_id in (select y.group_id from live y where y.person_id = p.id))))
        from directory_group g left join live gm on gm.group_id = g.id left join person p on p.id = gm.person_id and p.status = 'active'
        where g.name = ${request.owningTeam} and g.directory_id = (select directory_id from person where id = ${requester.id}) group by g.id) as team,
      (select jsonb_build_object('chargeable', c.chargeable, 'inForce', current_date >= c.valid_from and (c.valid_to is null or current_date < c.valid_to),
        'tenantId', c.tenant_id, 'observedAt', c.observed_at, 'source', c.source, 'trouble', (select f.value->>'trouble' from fact f where f.kind = 'finance' and f.key = c.code)) from cost_code c where c.code = ${request.costCode}) as cost,
      coalesce((select jsonb_object_agg(q.environment, jsonb_build_object('cpu', q.cpu_milli, 'memory', q.memory_mib, 'instances', q.instances,
          'usedCpu', coalesce(u.cpu, 0) + coalesce(o.cpu, 0), 'usedMemory', coalesce(u.memory, 0) + coalesce(o.memory, 0), 'usedInstances', coalesce(u.n, 0) + coalesce(o.n, 0)))
        from tenant_quota q left join lateral (select sum(i.cpu_milli) cpu, sum(i.memory_mib) memory, count(*) n from service_instance i
          where i.tenant_id = q.tenant_id and i.environment = q.environment and i.retired_at is null) u on true
        left join lateral (select sum((v.parameters->'demand'->q.environment->>'cpuMilli')::int) cpu, sum((v.parameters->'demand'->q.environment->>'memoryMib')::int) memory,
            sum((v.parameters->'demand'->q.environment->>'instances')::int) n
          from change x join change_revision v on v.change_id = x.id and v.revision = x.revision
          where x.tenant_id = q.tenant_id and x.id <> ${self} and x.service_id is null and x.state not in ('closed','rejected','cancelled','expired')) o on true where q.tenant_id = ${tenantId}), '{}') as quota,
      coalesce((select jsonb_object_agg(scheme || ' ' || value, 'another open change') from name_reservation r where r.change_id <> ${self}
          and ((scheme = 'namespace' and value = any(${namespaces})) or (scheme = 'repository' and value = ${repository}) or (scheme = 'service' and value = ${`${context.tenant.slug}/${request.name}`}))), '{}')
        || coalesce((select jsonb_object_agg('namespace ' || i.cluster_id || '/' || i.namespace, 'a service instance') from service_instance i
          where i.retired_at is null and i.cluster_id || '/' || i.namespace = any(${namespaces}) and not exists (select 1 from change x where x.id = ${self} and x.service_id = i.service_id)), '{}')
        || coalesce((select jsonb_object_agg(c.class || ' ' || c.natural_key, 'a registered CI') from ci c where c.retired_at is null and
          ((c.class = 'repository' and c.natural_key = ${repository}) or (c.class = 'service' and c.natural_key = ${`${context.tenant.slug}/${request.name}`}))
          and not exists (select 1 from change x where x.id = ${self} and x.service_id is not null)), '{}') as holders,
      coalesce((select jsonb_object_agg(kind || ' ' || key, value || jsonb_build_object('observedAt', observed_at, 'source', source)) from fact
        where (kind = 'namespace' and key = any(${namespaces})) or (kind = 'repository' and key = ${repository})), '{}') as observed`
  if (!row) throw new Error('the facts query answered no row')
  return row
}

function personFact({ person }: Row): Facts['person'] {
  if (!person) return unknown('no such person', 'directory')
  const { status, observedAt } = person
  return known({ active: status === 'active', status }, new Date(observedAt), 'directory')
}

function teamFact(row: Row): Facts['team'] {
  if (!row.team)
    return known(
      { exists: false, activeMembers: 0, requesterIsMember: false, ofTenant: false },
      row.now,
      'directory',
    )
  if (!row.team.observedAt)
    return unknown('the directory has not pushed this group yet', 'directory')
  const { members, mine, holds, ofTenant, observedAt } = row.team
  return known(
    {
      exists: true,
      activeMembers: members,
      requesterIsMember: mine,
      ofTenant: holds || 2 * ofTenant > members,
    },
    new Date(observedAt),
    'directory',
  )
}

function costFact(row: Row, tenantId: string): Facts['costCode'] {
  if (!row.cost)
    return known(
      { exists: false, inForce: false, chargeable: false, ofTenant: false },
      row.now,
      'finance feed',
    )
  const { chargeable, inForce, observedAt, source, trouble } = row.cost
  if (trouble !== null) return unknown(trouble, source)
  return known(
    { exists: true, inForce, chargeable, ofTenant: row.cost.tenantId === tenantId },
    new Date(observedAt),
    source,
  )
}

/** A name is free when neither an open change nor the CMDB holds it and the last look outside did not find it. */
function repositoryFact(row: Row, name: string, slug: string): Facts['repository'] {
  if (isReservedName(slug))
    return known({ free: false, holder: 'the platform: the name is reserved' }, row.now, 'rules')
  const holder =
    row.holders[`repository ${name}`] ??
    Object.entries(row.holders).find(([key]) => key.startsWith('service '))?.[1]
  if (holder) return known({ free: false, holder }, row.now, 'CMDB')
  const seen = row.observed[`repository ${name}`]
  if (seen?.exists)
    return known(
      { free: false, holder: 'a repository on the Git host' },
      new Date(seen.observedAt),
      seen.source,
    )
  return known({ free: true, holder: null }, row.now, 'CMDB')
}

/** The last look outside for a name. Nobody having looked is no trouble: the step looks, and creates only what is not there. */
function seenFact(row: Row, name: string, place: string): Fact<{ exists: boolean }> {
  const seen = row.observed[name]
  return seen
    ? known({ exists: seen.exists }, new Date(seen.observedAt), seen.source)
    : unknown('not looked at yet; the step looks before it creates', place)
}

function targetFacts(
  row: Row,
  context: RequestContext,
  target: RequestContext['targets'][number],
): TargetFacts {
  const { cluster, environment, namespace, adopts } = target
  const key = `${cluster.id}/${namespace}`
  const seen = seenFact(row, `namespace ${key}`, cluster.name)
  const held = row.holders[`namespace ${key}`]
  const found = seen.known && seen.value.exists && held === undefined
  const holder = held ?? (found ? 'a namespace on the cluster' : null)
  return {
    cluster: cluster.name,
    environment,
    namespace,
    adopts,
    environmentAllowed: known(context.tenant.environments.includes(environment), row.now, 'tenant'),
    admitted: known(cluster.admittedFor.includes(environment), row.now, 'tenant_cluster'),
    clusterFacts: known(
      {
        state: canCarry(context, target) ? cluster.state : 'without_helm',
        accreditedClass: cluster.accreditedClass,
        servesEnvironment: cluster.environments.includes(environment),
      },
      row.now,
      'cluster',
    ),
    namespaceFree: adopts
      ? adoptionFact(row.now, context, { target, held })
      : known(
          { free: holder === null, legal: isDnsLabel(namespace), holder },
          found ? seen.observedAt : row.now,
          found ? seen.source : 'CMDB',
        ),
    namespaceSeen: seen,
  }
}

/** What is only known not to be served keeps a template away; before the first look the step finds out. */
function canCarry(
  { template }: RequestContext,
  { cluster }: RequestContext['targets'][number],
): boolean {
  return template?.definition.delivery !== 'helm' || cluster.servesHelm !== false
}
