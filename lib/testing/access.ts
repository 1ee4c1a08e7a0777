import type { AccessRow } from '#lib/auth/access-queries.ts'
import { readAccess } from '#lib/auth/access-queries.ts'
import { keepAccess, removeAccess } from '#lib/onboarding/access/review-access.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { TestChanges } from './changes.ts'

/** A grant by its role and who holds it, as a viewer sees it: `owner payments-owners`. */
export async function grantSeen(
  { organisation }: TestChanges,
  viewer: Viewer,
  { tenant = 'payments', grant }: { tenant?: string; grant: string },
): Promise<AccessRow> {
  const page = await readAccess(organisation.platform, viewer, tenant)
  const found = page?.rows.find(({ role, heldBy }) => `${role} ${heldBy}` === grant)
  if (!found) throw new Error(`${viewer.name} sees no grant ${grant} in ${tenant}`)
  return found
}

type Word = { tenant?: string; grant: string }

/** Keeps a grant as it is seen at this moment; answers what came of it. */
export async function kept(changes: TestChanges, viewer: Viewer, word: Word): Promise<string> {
  const { principalId, role, seen } = await grantSeen(changes, viewer, word)
  const grants = [{ principalId, role, seen }]
  const { platform } = changes.organisation
  const answer = await keepAccess(platform, viewer, { tenant: word.tenant ?? 'payments', grants })
  if (!answer.ok) return answer.error.code
  return answer.value.waiting > 0 ? 'waits' : 'kept'
}

/** Takes a grant away as it is seen at this moment. */
export async function removed(changes: TestChanges, viewer: Viewer, word: Word): Promise<string> {
  const { principalId, role, seen } = await grantSeen(changes, viewer, word)
  const tenant = word.tenant ?? 'payments'
  const asked = { tenant, principalId, role, seen, reason: 'not needed any more' }
  const answer = await removeAccess(changes.organisation.platform, viewer, asked)
  return answer.ok ? 'removed' : answer.error.code
}

/** Gives a role to a person or group by name, as the organisation's file would. */
export async function granted(
  { rows }: TestChanges,
  { role, to, tenant = 'payments' }: { role: string; to: string; tenant?: string },
): Promise<void> {
  await rows(
    `insert into membership (tenant_id, principal_id, role, reason, added_by)
     select t.id, coalesce((select id from person where user_name = $1), (select id from directory_group where name = $1)), $2, 'test', 'sys:test' from tenant t where t.slug = $3`,
    to,
    role,
    tenant,
  )
}

/** Moves grants of a tenant and their reviews so many days into the past. */
export async function aged({ rows }: TestChanges, tenant: string, days: number): Promise<void> {
  const of = `tenant_id = (select id from tenant where slug = '${tenant}')`
  await rows(`alter table membership disable trigger user`)
  await rows(`update membership set granted_at = now() - interval '${days} days' where ${of}`)
  await rows(`alter table membership enable trigger user`)
  await rows(`alter table access_attestation disable trigger user`)
  await rows(`delete from access_attestation where confirms is not null and ${of}`)
  await rows(`delete from access_attestation where ${of}`)
  await rows(`alter table access_attestation enable trigger user`)
}
