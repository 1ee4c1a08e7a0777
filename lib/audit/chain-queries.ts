import { auditedTenants } from '#lib/auth/permissions.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { ChainRecord } from './formats/record.ts'

const PAGE = 500

export type HeadLine = {
  head: { at: string; hash: string; seq: number; tenant: string }
  keyId: string
  publicKey: string
  signature: string
}

/** Events of a chain from one number to another, both inclusive, page by page: never more than one page is held. Nothing of a chain that the viewer may not read; `askExport` records that it is read. */
export async function* readSpan(
  platform: Platform,
  viewer: Viewer,
  { chain, from, to }: { chain: string; from: number; to: number },
): AsyncGenerator<ChainRecord[]> {
  const tenants = auditedTenants(viewer)
  for (let after = from - 1; after < to; ) {
    const rows = await platform.read(
      viewer,
      (tx) => tx.$queryRaw<ChainRecord[]>`
        select e.tenant_id as tenant, t.slug, e.seq::int as seq, e.at_us::float8 as at, e.actor, e.action, e.subject, encode(e.payload_hash, 'hex') as payload,
          encode(e.prev, 'hex') as prev, encode(e.hash, 'hex') as hash, p.body
        from audit_event e join tenant t on t.id = e.tenant_id left join audit_payload p using (tenant_id, seq)
        where e.tenant_id = ${chain} and e.seq > ${after} and e.seq <= ${to} and (${tenants === null} or e.tenant_id = any(${tenants ?? []})) order by e.seq limit ${PAGE}`,
    )
    if (rows.length === 0) return
    yield rows
    after = rows.at(-1)?.seq ?? to
  }
}

/** Signed ends of the chains that the viewer may read: of one chain within a span, or the newest of each. */
export function readHeadLines(
  platform: Platform,
  viewer: Viewer,
  span: { chain: string; from: number; to: number } | null,
): Promise<HeadLine[]> {
  const tenants = auditedTenants(viewer)
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<HeadLine[]>`
      select jsonb_build_object('at', s.signed_at, 'hash', encode(s.hash, 'hex'), 'seq', s.seq, 'tenant', s.tenant_id) as head,
        s.key_id as "keyId", k.public_key as "publicKey", encode(s.signature, 'hex') as signature
      from audit_signature s join audit_key k on k.key_id = s.key_id
      where (${tenants === null} or s.tenant_id = any(${tenants ?? []}))
        and case when ${span === null} then s.seq = (select max(n.seq) from audit_signature n where n.tenant_id = s.tenant_id)
          else s.tenant_id = ${span?.chain ?? ''} and s.seq between ${span?.from ?? 0} and ${span?.to ?? 0} end
      order by s.tenant_id, s.seq`,
  )
}
