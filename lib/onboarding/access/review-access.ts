import { record } from '#lib/audit/store.ts'
import { type Grant, isKeystone, keepingBy, seenHash } from '#lib/auth/access-grant.ts'
import {
  deleteGrant,
  insertAttestation,
  lockGrants,
  lockReviewDays,
  readAttesters,
  readGrants,
  writeReviewDays,
} from '#lib/auth/access-grant-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { endFallen } from '../delegations/end-fallen.ts'
import type { KeepAccess, RemoveAccess, SetReviewDays } from './review-access.schema.ts'
import { tellOfAccess } from './tell-of-access.ts'

export type ReviewAccessError =
  | { code: 'access_not_yours' }
  | { code: 'access_moved'; grants: string[] }
  | { code: 'access_own'; grants: string[] }
  | { code: 'access_needs_another'; grants: string[] }
  | { code: 'access_last'; role: string }
  | { code: 'tenant_unknown' }

type Asked = KeepAccess['grants'][number]
type Reviewed = { tenantId: string; grants: Grant[]; attesters: string[] }

/**
 * Keeps grants of a tenant for another period, each as it was seen: all of them, or none where one has moved or is not the viewer's to keep. One that gives the viewer the role counts once
 * another one confirms it, if there is another.
 */
export function keepAccess(
  platform: Platform,
  viewer: Viewer,
  { tenant, grants: asked }: KeepAccess,
): Promise<Result<{ kept: number; waiting: number }, ReviewAccessError>> {
  return reviewing(platform, viewer, { tenant, reason: 'access review: keep' }, async (tx, of) => {
    const moved = asked.filter((one) => !seenAs(of, one))
    if (moved.length > 0) return err({ code: 'access_moved', grants: moved.map(nameOf(of)) })
    const keepings = asked.flatMap((one) => {
      const grant = seenAs(of, one)
      return grant
        ? [{ grant, seen: one.seen, keeping: keepingBy(viewer.id, grant, of.attesters) }]
        : []
    })
    const barred = keepings.filter(({ keeping }) => !keeping.may)
    const own = barred.some(({ grant }) => grant.principalId === viewer.id)
    if (barred.length > 0)
      return err({
        code: own ? 'access_own' : 'access_needs_another',
        grants: barred.map(({ grant }) => wordsOf(grant)),
      })
    let waiting = 0
    for (const { grant, seen, keeping } of keepings) {
      if (!keeping.may) continue
      if (keeping.needsSecond) waiting += 1
      await keep(tx, { grant, seen, by: viewer.id, ...keeping })
    }
    return ok({ kept: keepings.length - waiting, waiting })
  })
}

type Kept = {
  grant: Grant
  seen: string
  by: string
  needsSecond: boolean
  confirms: string | null
}

async function keep(tx: Transaction, kept: Kept): Promise<void> {
  const { grant, seen, needsSecond, confirms } = kept
  const id = await insertAttestation(tx, { ...kept, verdict: 'keep', reason: null })
  await record(tx, {
    tenant: grant.tenantId,
    action: 'access.kept',
    subject: grant.principalId,
    payload: {
      ...{ attestation: id, role: grant.role, seen, needsSecond, confirms },
      people: grant.people.map((person) => person.id),
    },
  })
}

/**
 * Takes a grant away at once. Places in stages and delegations that rested on it fall with it. The last grant that makes somebody an owner of the tenant, or an administrator of the
 * platform, stays. Those who lose the role are told.
 */
export function removeAccess(
  platform: Platform,
  viewer: Viewer,
  { tenant, reason, ...asked }: RemoveAccess,
): Promise<Result<{ removed: true }, ReviewAccessError>> {
  return reviewing(platform, viewer, { tenant, reason }, async (tx, of) => {
    const grant = seenAs(of, asked)
    if (!grant) return err({ code: 'access_moved', grants: [nameOf(of)(asked)] })
    if (isKeystone(grant, of.grants, of.tenantId === PLATFORM_TENANT))
      return err({ code: 'access_last', role: grant.role })
    const { seen } = asked
    const made = { grant, seen, by: viewer.id, needsSecond: false, confirms: null, reason }
    const id = await insertAttestation(tx, { ...made, verdict: 'remove' })
    await deleteGrant(tx, grant)
    const people = grant.people.map((person) => person.id)
    const because = 'a role that it rests on was taken away'
    await endFallen(platform, tx, people, { by: viewer.id, reason: because })
    await tellOfAccess(platform, tx, {
      about: {
        id,
        tenantId: of.tenantId,
        title: `${wordsOf(grant)}, ${tenant}`,
        link: '/settings/me',
      },
      event: 'access.removed',
      people: people.filter((person) => person !== viewer.id),
    })
    await record(tx, {
      tenant: of.tenantId,
      action: 'access.removed',
      subject: grant.principalId,
      payload: { attestation: id, role: grant.role, seen, people, reason },
    })
    return ok({ removed: true as const })
  })
}

/** Sets how many days after a review, or after it was made, a grant of the tenant is due again. It holds for all of them at once. */
export function setReviewDays(
  platform: Platform,
  viewer: Viewer,
  { tenant, days, reason }: SetReviewDays,
): Promise<Result<{ days: number }, ReviewAccessError>> {
  const why = { reason, as: 'stairway_admin', tenants: [PLATFORM_TENANT] } as const
  return platform.transact(
    viewer,
    why,
    async (tx): Promise<Result<{ days: number }, ReviewAccessError>> => {
      const found = await lockReviewDays(tx, tenant)
      if (!found) return err({ code: 'tenant_unknown' })
      if (found.days === days) return ok({ days })
      await writeReviewDays(tx, { tenantId: found.tenantId, days })
      await record(tx, {
        tenant: found.tenantId,
        action: 'access.schedule_set',
        subject: found.tenantId,
        payload: { days, before: found.days, reason },
      })
      return ok({ days })
    },
  )
}

type Body<T> = (tx: Transaction, of: Reviewed) => Promise<Result<T, ReviewAccessError>>

/** Runs `body` where the viewer attests, with the tenant's grants held; the platform's own grants are shared rows, and only its administrators come as far. */
async function reviewing<T>(
  platform: Platform,
  viewer: Viewer,
  { tenant, reason }: { tenant: string; reason: string },
  body: Body<T>,
): Promise<Result<T, ReviewAccessError>> {
  const found = await platform.read(viewer, async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`select id from tenant where slug = ${tenant}`
    const id = rows[0]?.id
    return id && (await readAttesters(tx, id)).includes(viewer.id) ? id : undefined
  })
  if (!found) return err({ code: 'access_not_yours' })
  const as = found === PLATFORM_TENANT ? ({ as: 'stairway_admin' } as const) : {}
  return platform.transact(viewer, { reason, tenants: [found], ...as }, async (tx) => {
    await lockGrants(tx, found)
    const attesters = await readAttesters(tx, found)
    if (!attesters.includes(viewer.id)) return err({ code: 'access_not_yours' })
    return body(tx, { tenantId: found, grants: await readGrants(tx, found), attesters })
  })
}

function seenAs({ grants }: Reviewed, { principalId, role, seen }: Asked): Grant | undefined {
  return grants.find(
    (grant) => grant.principalId === principalId && grant.role === role && seenHash(grant) === seen,
  )
}

function nameOf({ grants }: Reviewed) {
  return ({ principalId, role }: Asked): string => {
    const there = grants.find((grant) => grant.principalId === principalId && grant.role === role)
    return there ? wordsOf(there) : `${role}, which is gone`
  }
}

function wordsOf({ role, heldBy }: Grant): string {
  return `${role} by ${heldBy}`
}
