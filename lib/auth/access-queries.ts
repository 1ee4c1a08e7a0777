import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type Grant, isKeystone, type Keeping, keepingBy, seenHash } from './access-grant.ts'
import { readAttesters, readGrants } from './access-grant-store.ts'
import { holdsPlatform, mayIn, tenantsWhere } from './permissions.ts'

export type ReviewedTenant = {
  slug: string
  name: string
  days: number
  grants: number
  due: number
  overdue: number
  lapsed: number
  /** When the next of its grants is due, ISO; null: it has none. */
  next: string | null
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'

/** Tenants whose access reviews the viewer reads, with how they stand: worst first, at most 500. */
export async function listReviews(platform: Platform, viewer: Viewer): Promise<ReviewedTenant[]> {
  const own = holdsPlatform(viewer, 'access.read') ? null : tenantsWhere(viewer, 'access.read')
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<ReviewedTenant[]>`
      select t.slug, t.name, t.review_days as days, count(m.role)::int as grants, count(*) filter (where m.state = 'due')::int as due,
        count(*) filter (where m.state = 'overdue')::int as overdue, count(*) filter (where m.state = 'lapsed')::int as lapsed, to_char(min(m.due_at) at time zone 'UTC', ${ISO}) as next
      from tenant t left join app.access_grants() m on m.tenant_id = t.id where (${own}::text[] is null or t.id = any(${own})) and t.state <> 'retired'
      group by t.id order by lapsed desc, overdue desc, due desc, min(m.due_at) nulls last, t.name limit 500`,
  )
}

export type AccessRow = Grant & {
  /** Hash of what is shown: what whoever attests it has seen. */
  seen: string
  /** What the viewer's word would be worth. */
  keeping: Keeping
  /** It cannot be taken away: nobody would be left who decides. */
  keystone: boolean
}

export type AccessPage = {
  slug: string
  name: string
  days: number
  isPlatform: boolean
  /** The viewer attests here. */
  attests: boolean
  rows: AccessRow[]
}

/** The grants of one tenant for its review; null where there is no such tenant or the viewer does not read it. */
export async function readAccess(
  platform: Platform,
  viewer: Viewer,
  slug: string,
): Promise<AccessPage | null> {
  return platform.read(viewer, async (tx) => {
    const [tenant] = await tx.$queryRaw<{ id: string; name: string; days: number }[]>`
      select id, name, review_days as days from tenant where slug = ${slug}`
    if (!tenant || !readsIn(viewer, tenant.id)) return null
    const grants = await readGrants(tx, tenant.id)
    const attesters = await readAttesters(tx, tenant.id)
    const isPlatform = tenant.id === PLATFORM_TENANT
    return {
      ...{ slug, name: tenant.name, days: tenant.days, isPlatform },
      attests: attesters.includes(viewer.id),
      rows: grants.map((grant) => ({
        ...grant,
        seen: seenHash(grant),
        keeping: keepingBy(viewer.id, grant, attesters),
        keystone: isKeystone(grant, grants, isPlatform),
      })),
    }
  })
}

/** Everybody's context lists the platform's own tenant; its grants are read by its own people alone. */
function readsIn(viewer: Viewer, tenantId: string): boolean {
  return tenantId === PLATFORM_TENANT
    ? holdsPlatform(viewer, 'access.read')
    : mayIn(viewer, 'access.read', tenantId)
}
