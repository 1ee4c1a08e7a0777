import { auditedTenants } from '#lib/auth/permissions.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type PackState = {
  /** One is being made. */
  open: boolean
  /** The newest one that is there. */
  ready: { id: string; madeAt: string; size: number; sha256: string; keyId: string } | null
  /** Something happened to the change since. */
  behind: boolean
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'

/** How it stands with the evidence pack of a change; null where the viewer may not read its chain. */
export async function readPackState(
  platform: Platform,
  viewer: Viewer,
  changeId: string,
): Promise<PackState | null> {
  const tenants = auditedTenants(viewer)
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<PackState[]>`
      select exists (select from evidence_pack p where p.change_id = c.id and p.made_at is null) as open,
        case when n.id is not null then jsonb_build_object('id', n.id, 'madeAt', to_char(n.made_at at time zone 'UTC', ${ISO}), 'size', n.size, 'sha256', encode(n.sha256, 'hex'), 'keyId', n.key_id) end as ready,
        exists (select from audit_event e where e.tenant_id = c.tenant_id and e.seq > n.seq and e.action <> 'evidence.packed'
          and (e.subject = c.id or e.subject in (select id from run where change_id = c.id))) as behind
      from change c left join lateral (select * from evidence_pack p where p.change_id = c.id and p.made_at is not null order by p.made_at desc limit 1) n on true
      where c.id = ${changeId} and (${tenants === null} or c.tenant_id = any(${tenants ?? []}))`,
  )
  return rows[0] ?? null
}

/** The newest pack of a change, as it was made; null where there is none or the viewer may not read its chain. */
export async function readPack(
  platform: Platform,
  viewer: Viewer,
  number: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const tenants = auditedTenants(viewer)
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<{ body: Uint8Array<ArrayBuffer> }[]>`
      select p.body from evidence_pack p join change c on c.id = p.change_id
      where c.number = ${number}::bigint and p.made_at is not null and (${tenants === null} or c.tenant_id = any(${tenants ?? []})) order by p.made_at desc limit 1`,
  )
  return rows[0]?.body ?? null
}

export type SigningKey = { keyId: string; publicKey: string; firstUsedAt: string; heads: number }

/** Public keys that signed here, the newest first, with how many ends the viewer may read that each signed. */
export async function listSigningKeys(platform: Platform, viewer: Viewer): Promise<SigningKey[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<SigningKey[]>`
      select k.key_id as "keyId", k.public_key as "publicKey", to_char(k.first_used_at at time zone 'UTC', ${ISO}) as "firstUsedAt",
        (select count(*)::int from audit_signature s where s.key_id = k.key_id) as heads
      from audit_key k order by k.first_used_at desc, k.key_id`,
  )
}
