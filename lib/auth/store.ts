import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { Role, Viewer } from '#lib/viewer.ts'
import type { SignInStrength } from './strength.ts'

/** A session ends after so long without a request, and after so long in any case. Minutes. */
export const SESSION_IDLE_MINUTES = 60
export const SESSION_HARD_MINUTES = 12 * 60

type ViewerRow = {
  sessionId: string
  id: string
  name: string
  email: string
  authTime: Date
  acr: string | null
  amr: string[]
  multiFactor: boolean
  principals: string[]
  roles: Record<string, Role[]>
  stale: boolean
}

/** The person behind a live session, with groups, rotas and roles as the directory and the on-call feed have them now; null when either is over. */
export async function loadViewer(
  tx: Transaction,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<{ viewer: Viewer; sessionId: string } | null> {
  const [row] = await tx.$queryRaw<ViewerRow[]>`
    with me as (select s.id as "sessionId", p.id, p.display_name as name, p.email, s.auth_time as "authTime", s.acr, s.amr, s.multi_factor as "multiFactor", s.seen_at < now() - interval '1 minute' as stale
      from session s join person p on p.id = s.person_id
      where s.token_hash = ${tokenHash} and s.revoked_at is null and s.idle_expires_at > now() and s.expires_at > now() and p.status = 'active')
    select me.*, array(select app.principals_of(me.id)) as principals,
      app.roles_of(me.id) as roles
    from me`
  if (!row) return null
  if (row.stale) await touchSession(tx, tokenHash)
  return {
    sessionId: row.sessionId,
    viewer: {
      id: row.id,
      name: row.name,
      email: row.email,
      principals: [row.id, ...row.principals.filter((id) => id !== row.id)],
      roles: row.roles,
      authTime: row.authTime.getTime(),
      signIn: { acr: row.acr, amr: row.amr, multiFactor: row.multiFactor },
    },
  }
}

async function touchSession(tx: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<void> {
  await tx.$executeRaw`
    update session set seen_at = now(), idle_expires_at = least(now() + make_interval(mins => ${SESSION_IDLE_MINUTES}), expires_at)
    where token_hash = ${tokenHash} and seen_at < now() - interval '1 minute'`
}

export type DirectoryPerson = { id: string; name: string; email: string; status: string }

/**
 * The person that an issuer's subject is, bound at the first sign-in to whom that issuer's directory pushed: its external id
 * must equal the claim that the directory names (`sub`, or `oid` where Entra ID pushes object ids).
 */
export async function personOf(
  tx: Transaction,
  { issuer, subject, claims }: { issuer: string; subject: string; claims?: object },
): Promise<DirectoryPerson | null> {
  const [row] = await tx.$queryRaw<(DirectoryPerson & { bound: boolean })[]>`
    select p.id, p.display_name as name, p.email, p.status, p.subject is not null as bound
    from person p left join directory d on d.id = p.directory_id
    where (p.issuer = ${issuer} and p.subject = ${subject})
      or (p.subject is null and d.issuer = ${issuer} and p.external_id = ${JSON.stringify({ ...claims, sub: subject })}::jsonb ->> d.subject_claim)
    order by bound desc limit 1`
  if (!row) return null
  if (!row.bound)
    await tx.$executeRaw`update person set issuer = ${issuer}, subject = ${subject} where id = ${row.id} and subject is null`
  return { id: row.id, name: row.name, email: row.email, status: row.status }
}

/** Opens a session; only the hash of its token is kept. */
export async function openSession(
  tx: Transaction,
  session: SignInStrength & {
    tokenHash: Uint8Array<ArrayBuffer>
    personId: string
    authTime: Date
    userAgent: string | null
  },
): Promise<void> {
  await tx.$executeRaw`
    insert into session (id, token_hash, person_id, idle_expires_at, expires_at, auth_time, acr, amr, multi_factor, user_agent)
    values (${newId('ses')}, ${session.tokenHash}, ${session.personId}, now() + make_interval(mins => ${SESSION_IDLE_MINUTES}), now() + make_interval(mins => ${SESSION_HARD_MINUTES}),
      ${session.authTime}, ${session.acr}, ${[...session.amr]}, ${session.multiFactor}, ${session.userAgent})`
}

/** Moves a living session's proof forward, never back, with its methods, which may be fewer; false when it is not this person's or has ended. */
export async function proveSession(
  tx: Transaction,
  {
    tokenHash,
    personId,
    authTime,
    ...strength
  }: SignInStrength & { tokenHash: Uint8Array<ArrayBuffer>; personId: string; authTime: Date },
): Promise<boolean> {
  const moved = await tx.$executeRaw`
    update session set auth_time = ${authTime}, acr = ${strength.acr}, amr = ${[...strength.amr]}, multi_factor = ${strength.multiFactor} where token_hash = ${tokenHash} and person_id = ${personId} and revoked_at is null and auth_time < ${authTime}`
  return moved > 0
}

/** Ends one session by its token; answers whose it was, unless it had ended already. */
export async function endSession(
  tx: Transaction,
  tokenHash: Uint8Array<ArrayBuffer>,
): Promise<string | undefined> {
  const rows = await tx.$queryRaw<{ personId: string }[]>`
    update session set revoked_at = now() where token_hash = ${tokenHash} and revoked_at is null returning person_id as "personId"`
  return rows[0]?.personId
}

/** Ends sessions of a person: one by id, or all. Returns how many ended. */
export async function revokeSessions(
  tx: Transaction,
  personId: string,
  sessionId?: string,
): Promise<number> {
  return tx.$executeRaw`update session set revoked_at = now() where person_id = ${personId} and revoked_at is null and (${sessionId ?? null}::text is null or id = ${sessionId ?? null})`
}
