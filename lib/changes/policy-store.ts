import { canonicalJson } from '#lib/canonical.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import { PolicyBody, PolicyScope } from './policy.ts'

export type StoredPolicy = {
  id: string
  name: string
  /** Null: it is not in force. */
  active: number | null
  /** Newest version there ever was. */
  newest: number
  scope: PolicyScope
  body: PolicyBody
}

/** One approval policy of the platform with its newest text; undefined when there is none of that id. */
export async function loadPolicy(tx: Transaction, id: string): Promise<StoredPolicy | undefined> {
  const [row] = await tx.$queryRaw<StoredPolicy[]>`
    select p.id, p.name, p.active_version as active, v.version as newest, v.scope, v.body
    from approval_policy p join lateral (select * from approval_policy_version x where x.policy_id = p.id order by x.version desc limit 1) v on true
    where p.id = ${id} and p.tenant_id = ${PLATFORM_TENANT}`
  if (!row) return undefined
  return { ...row, scope: PolicyScope.parse(row.scope), body: PolicyBody.parse(row.body) }
}

/** Number of the open change to the policy of that name, so that two never race for one version. */
export async function openEditOf(tx: Transaction, name: string): Promise<number | undefined> {
  const [row] = await tx.$queryRaw<{ number: number }[]>`
    select c.number::int as number from change c join change_revision v on v.change_id = c.id and v.revision = c.revision
    where c.kind = 'edit_policy' and c.tenant_id = ${PLATFORM_TENANT} and c.state not in ('closed','rejected','cancelled','expired') and v.parameters->'policy'->>'name' = ${name} limit 1`
  return row?.number
}

/** Lets proposals about one policy queue until the transaction ends. */
export async function holdPolicy(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`approval_policy ${name}`}, 0))`
}

export type NewVersion = {
  policyId: string | null
  name: string
  /** Version that the new one replaces; 0 for a new policy. */
  base: number
  ends: boolean
  scope: PolicyScope
  body: PolicyBody
  proposedBy: string
  approvedBy: string
}

/**
 * Puts the next version of a policy in force, or ends it; versions are only ever added: one holds until the next begins. Answers the policy's id, or
 * undefined when another version came first: nothing is written then.
 */
export async function putInForce(tx: Transaction, next: NewVersion): Promise<string | undefined> {
  const id = next.policyId ?? newId('pol')
  if (next.policyId === null) {
    const made = await tx.$executeRaw`
      insert into approval_policy (id, tenant_id, name) values (${id}, ${PLATFORM_TENANT}, ${next.name}) on conflict (tenant_id, name) do nothing`
    if (made === 0) return undefined
  }
  const found = await tx.$queryRaw<{ newest: number; active: number | null }[]>`
    select coalesce((select max(version) from approval_policy_version v where v.policy_id = p.id), 0)::int as newest, active_version as active
    from approval_policy p where p.id = ${id} for update`
  if (found[0]?.newest !== next.base) return undefined
  if (next.ends) {
    await tx.$executeRaw`update approval_policy set active_version = null where id = ${id}`
    return id
  }
  const { scope, body } = next
  const text = canonicalJson({ name: next.name, scope, body })
  await tx.$executeRaw`
    insert into approval_policy_version (policy_id, version, tenant_id, scope, body, hash, effective_from, proposed_by, approved_by)
    values (${id}, ${next.base + 1}::int, ${PLATFORM_TENANT}, ${JSON.stringify(scope)}::jsonb, ${JSON.stringify(body)}::jsonb, ${sha256Bytes(text)}, clock_timestamp(), ${next.proposedBy}, ${next.approvedBy})`
  await tx.$executeRaw`update approval_policy set active_version = ${next.base + 1}::int where id = ${id}`
  return id
}
