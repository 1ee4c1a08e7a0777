import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'
import type { Head, Seal } from './pack.ts'

export type SignedHead = { head: Head } & Seal

/** Numbers of a change's events in its chain: those about it and its runs, but for what tells of packs of it. Null when there is none. */
export async function eventRange(
  tx: Transaction,
  changeId: string,
): Promise<{ first: number; last: number } | null> {
  const rows = await tx.$queryRaw<{ first: number | null; last: number | null }[]>`
    select min(e.seq)::int as first, max(e.seq)::int as last from audit_event e join change c on c.id = ${changeId} and c.tenant_id = e.tenant_id
    where e.action <> 'evidence.packed' and (e.subject = c.id or e.subject in (select id from run where change_id = c.id))`
  const { first = null, last = null } = rows[0] ?? {}
  return first === null || last === null ? null : { first, last }
}

/** The oldest signed end at or behind an event: the shorter the chain to it, the better. */
export async function loadSignedHead(
  tx: Transaction,
  tenantId: string,
  atLeast: number,
): Promise<SignedHead | undefined> {
  const rows = await tx.$queryRaw<(Omit<Head, 'tenant'> & Seal)[]>`
    select s.seq::int as seq, encode(s.hash, 'hex') as hash, s.signed_at as at, s.key_id as "keyId", k.public_key as "publicKey", encode(s.signature, 'hex') as signature
    from audit_signature s join audit_key k on k.key_id = s.key_id where s.tenant_id = ${tenantId} and s.seq >= ${atLeast} order by s.seq limit 1`
  const row = rows[0]
  if (!row) return undefined
  const { seq, hash, at, keyId, publicKey, signature } = row
  return { head: { tenant: tenantId, seq, hash, at }, keyId, publicKey, signature }
}

/** Chains with events behind their newest signature, each with its end and how far it was signed. */
export async function unsignedHeads(
  tx: Transaction,
  tenantId: string | null,
): Promise<{ tenant: string; seq: number; hash: string; signed: number }[]> {
  return tx.$queryRaw`
    select * from (select h.tenant_id as tenant, h.seq::int as seq, encode(h.hash, 'hex') as hash,
      coalesce((select max(s.seq) from audit_signature s where s.tenant_id = h.tenant_id), 0)::int as signed
      from audit_head h where ${tenantId}::text is null or h.tenant_id = ${tenantId}) x where x.seq > x.signed order by x.tenant`
}

/** The first number behind the last signature that does not hold, or the signed one itself where its event is another now; null when the chain may be signed. */
export async function breakSince(
  tx: Transaction,
  tenantId: string,
  signed: number,
): Promise<number | null> {
  const rows = await tx.$queryRaw<{ seq: number | null }[]>`
    select coalesce((select s.seq from audit_signature s left join audit_event e using (tenant_id, seq) where s.tenant_id = ${tenantId} and s.seq = ${signed} and e.hash is distinct from s.hash),
      app.audit_first_break(${tenantId}, ${signed + 1}::bigint))::int as seq`
  return rows[0]?.seq ?? null
}

/** Keeps a signature and the key that made it; where the same end is signed already, nothing. */
export async function saveSignature(tx: Transaction, signed: SignedHead): Promise<void> {
  const { head, keyId, publicKey, signature } = signed
  await tx.$executeRaw`insert into audit_key (key_id, public_key) values (${keyId}, ${publicKey}) on conflict do nothing`
  await tx.$executeRaw`
    insert into audit_signature (tenant_id, seq, hash, key_id, signed_at, signature)
    values (${head.tenant}, ${head.seq}, decode(${head.hash}, 'hex'), ${keyId}, ${head.at}, decode(${signature}, 'hex')) on conflict do nothing`
}

/** Asks for a pack; where one is being made, nothing. */
export async function askPack(
  tx: Transaction,
  { tenantId, changeId, askedBy }: { tenantId: string; changeId: string; askedBy: string },
): Promise<void> {
  await tx.$executeRaw`
    insert into evidence_pack (id, tenant_id, change_id, asked_by) values (${newId('evp')}, ${tenantId}, ${changeId}, ${askedBy})
    on conflict (change_id) where made_at is null do nothing`
}

export type OpenPack = { id: string; tenantId: string; askedBy: string }

/** The pack that is to be made of a change. */
export async function openPack(tx: Transaction, changeId: string): Promise<OpenPack | undefined> {
  const rows = await tx.$queryRaw<OpenPack[]>`
    select id, tenant_id as "tenantId", asked_by as "askedBy" from evidence_pack where change_id = ${changeId} and made_at is null`
  return rows[0]
}

/** Writes the pack, once; false when somebody else did. */
export async function savePack(
  tx: Transaction,
  id: string,
  pack: { seq: number; keyId: string; sha256: string; body: Uint8Array<ArrayBuffer> },
): Promise<boolean> {
  const written = await tx.$executeRaw`
    update evidence_pack set made_at = clock_timestamp(), seq = ${pack.seq}, key_id = ${pack.keyId}, sha256 = decode(${pack.sha256}, 'hex'), size = ${pack.body.length}, body = ${pack.body}::bytea
    where id = ${id} and made_at is null`
  return written === 1
}

/** Every signed end of a chain, the newest first. */
export async function signedHeads(tx: Transaction, tenantId: string): Promise<SignedHead[]> {
  const rows = await tx.$queryRaw<(Omit<Head, 'tenant'> & Seal)[]>`
    select s.seq::int as seq, encode(s.hash, 'hex') as hash, s.signed_at as at, s.key_id as "keyId", k.public_key as "publicKey", encode(s.signature, 'hex') as signature
    from audit_signature s join audit_key k on k.key_id = s.key_id where s.tenant_id = ${tenantId} order by s.seq desc`
  return rows.map(({ seq, hash, at, ...seal }) => ({
    head: { tenant: tenantId, seq, hash, at },
    ...seal,
  }))
}

/** Public halves of every key that signed here. */
export async function signingKeys(tx: Transaction): Promise<string[]> {
  const rows = await tx.$queryRaw<{ key: string }[]>`select public_key as key from audit_key`
  return rows.map(({ key }) => key)
}

const AT_ONCE = 5000

/** Of these numbers and hashes, those that the chain holds otherwise; `hash` is what it holds, null where it holds nothing. */
export async function otherwise(
  tx: Transaction,
  tenantId: string,
  wanted: readonly { seq: number; hash: string }[],
): Promise<{ seq: number; hash: string | null }[]> {
  const found: { seq: number; hash: string | null }[] = []
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const part = JSON.stringify(wanted.slice(at, at + AT_ONCE))
    found.push(
      ...(await tx.$queryRaw<{ seq: number; hash: string | null }[]>`
        select w.seq, encode(e.hash, 'hex') as hash from jsonb_to_recordset(${part}::jsonb) as w(seq int, hash text)
          left join audit_event e on e.tenant_id = ${tenantId} and e.seq = w.seq
        where encode(e.hash, 'hex') is distinct from w.hash order by w.seq`),
    )
  }
  return found
}
