import type { Transaction } from '#lib/db/client.ts'
import { sha256Bytes } from '#lib/hash.ts'
import type { PastRequest } from './replay.ts'

export type EntitlementVersion = { version: number; body: string }

/** The entitlement policy in force. Throws when there is none: nothing may be decided then. */
export async function loadEntitlementPolicy(tx: Transaction): Promise<EntitlementVersion> {
  const [row] = await tx.$queryRaw<EntitlementVersion[]>`
    select version, body from entitlement_policy where effective_to is null`
  if (!row) throw new Error('no entitlement policy is in force')
  return row
}

/** Onboarding requests before a change's number, each with the facts that its newest revision was checked on; newest first. */
export async function loadPastRequests(
  tx: Transaction,
  { most, before }: { most: number; before?: number | undefined },
): Promise<PastRequest[]> {
  return tx.$queryRaw<PastRequest[]>`
    select c.number::int as number, c.title, v.facts as kept
    from change c join change_revision v on v.change_id = c.id and v.revision = c.revision
    where c.kind = 'onboard' and (${before ?? null}::bigint is null or c.number < ${before ?? null}::bigint) order by c.number desc limit ${most}`
}

/** Ends the version in force and begins the next one; false when another came first, and nothing is written. */
export async function putEntitlementsInForce(
  tx: Transaction,
  next: { base: number; text: string; proposedBy: string; approvedBy: string },
): Promise<boolean> {
  const ended = await tx.$executeRaw`
    update entitlement_policy set effective_to = clock_timestamp() where version = ${next.base}::int and effective_to is null`
  if (ended === 0) return false
  await tx.$executeRaw`
    insert into entitlement_policy (version, body, hash, effective_from, proposed_by, approved_by)
    values (${next.base + 1}::int, ${next.text}, ${sha256Bytes(next.text)}, clock_timestamp(), ${next.proposedBy}, ${next.approvedBy})`
  return true
}
