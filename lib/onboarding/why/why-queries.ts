import { mayIn } from '#lib/auth/permissions.ts'
import type { Transaction } from '#lib/db/client.ts'
import { loadPolicies } from '#lib/entitlements/cedar.ts'
import { blocks, type CheckResult } from '#lib/entitlements/check-result.ts'
import type { WaivedBy } from '#lib/entitlements/definition.ts'
import type { WhyCheck } from '#lib/entitlements/why-check.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { assessRequest } from '../assess-request.ts'
import { loadRequestContext, type RequestContext } from '../request-context.ts'
import type { RequestService } from '../request-service.schema.ts'
import { signedInAs } from '../signed-in.ts'
import type { WhyAsked } from './why.schema.ts'

export type Why = {
  person: { name: string; userName: string }
  tenant: { slug: string; name: string }
  /** Nothing that was judged stands in the way. */
  can: boolean
  checks: WhyCheck[]
  /** The version of the policies that decided. */
  policies: { version: number; hash: string }
  /** Clusters that were asked about and are not known. */
  unknownClusters: string[]
  evaluatedAt: string
}

type Person = { id: string; name: string; userName: string }

/**
 * Every check of what is asked about, by the very evaluation that decides a submit, with the policy that decided, its facts, and who can help. Nothing is stored.
 * Null where there is no such tenant or person for the asker: about others only owners of the tenant ask, and who administers or audits the platform.
 */
export async function readWhy(
  platform: Platform,
  viewer: Viewer,
  asked: WhyAsked,
): Promise<Why | null> {
  return platform.read(viewer, async (tx) => {
    const request = requestOf(asked)
    const context = await loadRequestContext(tx, request, platform.settings)
    if (!context || !mayIn(viewer, 'service.read', context.tenant.id)) return null
    const person = await personOf(tx, { viewer, context, userName: asked.person })
    if (!person) return null
    const { checks, evaluatedAt } = await assessRequest(tx, {
      ...{ request, context, requester: person, contributors: [], changeId: null },
      signedIn: person.id === viewer.id ? signedInAs(viewer) : null,
    })
    const rules = await rulesInForce(tx)
    const judged = checks.filter(isAboutWhatIsGiven(asked))
    const help = await helpIn(tx, context.tenant.id)
    return {
      person: { name: person.name, userName: person.userName },
      tenant: { slug: context.tenant.slug, name: context.tenant.name },
      can: !blocks(judged),
      checks: judged.map((check) => explained(check, rules.body, help)),
      policies: { version: rules.version, hash: rules.hash },
      unknownClusters: context.unknownClusters,
      evaluatedAt: evaluatedAt.toISOString(),
    }
  })
}

function requestOf(asked: WhyAsked): RequestService {
  const { environment, cluster } = asked
  return {
    tenant: asked.tenant ?? '',
    name: asked.name ?? 'name',
    ...{ displayName: 'Title', description: '', reason: '', application: '-', tier: 3 },
    template: asked.template ?? '',
    parameters: {},
    targets: environment && cluster ? [{ environment, cluster }] : [],
    size: asked.size,
    dataClass: asked.dataClass,
    costCode: asked.costCode ?? '',
    owningTeam: asked.team ?? '',
  }
}

/** The person asked about; of others only who has a role in the tenant, and only where the asker may ask about them. */
async function personOf(
  tx: Transaction,
  {
    viewer,
    context: { tenant },
    userName,
  }: { viewer: Viewer; context: RequestContext; userName: string | undefined },
): Promise<Person | undefined> {
  const others = mayIn(viewer, 'why.other', tenant.id)
  const rows = await tx.$queryRaw<Person[]>`
    select p.id, p.display_name as name, p.user_name as "userName" from person p
    where (${userName ?? null}::text is null and p.id = ${viewer.id}) or (p.user_name = ${userName ?? ''} and (p.id = ${viewer.id} or (${others}
      and exists (select from membership m left join group_member g on g.group_id = m.principal_id and (g.expires_at is null or g.expires_at > clock_timestamp())
        where m.tenant_id = ${tenant.id} and (m.expires_at is null or m.expires_at > clock_timestamp()) and p.id in (m.principal_id, g.person_id))))) limit 1`
  return rows[0]
}

async function rulesInForce(
  tx: Transaction,
): Promise<{ version: number; hash: string; body: string }> {
  const [row] = await tx.$queryRaw<{ version: number; hash: string; body: string }[]>`
    select version, encode(hash, 'hex') as hash, body from entitlement_policy where effective_to is null`
  if (!row) throw new Error('no entitlement policy is in force')
  return row
}

/** Nothing is said about a value that nobody gave. */
function isAboutWhatIsGiven(asked: WhyAsked): (check: CheckResult) => boolean {
  const given: Readonly<Record<string, unknown>> = {
    ...{ name: asked.name, costCode: asked.costCode, owningTeam: asked.team },
    ...{ template: asked.template, targets: asked.environment && asked.cluster },
  }
  return ({ remedy: { field } }) => field === null || !(field in given) || Boolean(given[field])
}

type Help = Readonly<Record<WaivedBy, WhyCheck['help']>>

/** Who holds the roles that mend things: the tenant's owners, the platform's administrators. */
async function helpIn(tx: Transaction, tenantId: string): Promise<Help> {
  const rows = await tx.$queryRaw<{ by: WaivedBy; group: string | null; people: string[] }[]>`
    select case when m.role = 'owner' then 'tenant_owner' else 'platform' end as by, d.name as "group", array_agg(distinct p.display_name order by p.display_name) as people
    from membership m left join directory_group d on d.id = m.principal_id left join group_member g on g.group_id = m.principal_id and (g.expires_at is null or g.expires_at > clock_timestamp())
      join person p on p.status = 'active' and p.id in (m.principal_id, g.person_id)
    where (m.expires_at is null or m.expires_at > clock_timestamp()) and ((m.tenant_id = ${tenantId} and m.role = 'owner') or (m.tenant_id = ${PLATFORM_TENANT} and m.role = 'admin'))
    group by 1, 2 order by 1, 2`
  const of = (by: WaivedBy) =>
    rows.filter((row) => row.by === by).map(({ group, people }) => ({ group, people }))
  return { tenant_owner: of('tenant_owner'), platform: of('platform') }
}

/** Roles behind the words with which checks name who can help; whom they name besides is no role of ours. */
const ROLE_OF: Readonly<Record<string, WaivedBy>> = {
  'the tenant’s owners': 'tenant_owner',
  'the platform team': 'platform',
  'the template’s owner': 'platform',
}

function explained(check: CheckResult, body: string, help: Help): WhyCheck {
  const policy = check.checkId === 'house_rule' ? check.reasonCode : check.checkId
  const role = ROLE_OF[check.remedy.who]
  const { evidence, remedy, waivable } = check
  return {
    ...{ id: check.checkId, title: check.title, outcome: check.outcome, severity: check.severity },
    ...{ subject: check.subject, finding: check.finding, reason: check.reasonCode },
    policy: { id: policy, text: loadPolicies(body).rules.get(policy)?.text ?? null },
    facts: evidence.sources,
    ...{ remedy: remedy.text, who: remedy.who, help: role ? help[role] : [] },
    waivable: waivable
      ? { by: waivable.by, maxDays: waivable.maxDays, people: help[waivable.by] }
      : null,
    waiver: evidence.waiver
      ? { decider: evidence.waiver.decider, until: evidence.waiver.until }
      : null,
  }
}

export type WhyOptions = {
  tenants: { slug: string; name: string }[]
  environments: string[]
  clusters: string[]
  templates: string[]
  /** People of the tenant, where the viewer may ask about them. */
  people: { userName: string; name: string }[]
}

/** What there is to ask about: the viewer's tenants, and what the one that is chosen may use. */
export async function readWhyOptions(
  platform: Platform,
  viewer: Viewer,
  slug: string | undefined,
): Promise<WhyOptions> {
  return platform.read(viewer, async (tx) => {
    const tenants = await tx.$queryRaw<{ id: string; slug: string; name: string }[]>`
      select id, slug, name from tenant where id <> ${PLATFORM_TENANT} order by name`
    const mine = tenants.filter(({ id }) => mayIn(viewer, 'service.read', id))
    const chosen = mine.find((tenant) => tenant.slug === slug) ?? mine[0]
    const others = chosen !== undefined && mayIn(viewer, 'why.other', chosen.id)
    const [row] = await tx.$queryRaw<Omit<WhyOptions, 'tenants'>[]>`
      select coalesce((select array_agg(name order by rank) from environment), '{}') as environments,
        coalesce((select array_agg(distinct c.name order by c.name) from tenant_cluster a join cluster c on c.id = a.cluster_id where a.tenant_id = ${chosen?.id ?? ''}), '{}') as clusters,
        coalesce((select array_agg(name order by name) from template where state <> 'draft'), '{}') as templates,
        coalesce((select jsonb_agg(distinct jsonb_build_object('userName', p.user_name, 'name', p.display_name)) from membership m
          left join group_member g on g.group_id = m.principal_id join person p on p.id in (m.principal_id, g.person_id)
          where ${others} and m.tenant_id = ${chosen?.id ?? ''}), '[]') as people`
    return {
      tenants: mine.map(({ slug: of, name }) => ({ slug: of, name })),
      environments: row?.environments ?? [],
      clusters: row?.clusters ?? [],
      templates: row?.templates ?? [],
      people: row?.people ?? [],
    }
  })
}
