import { holdsPlatform, tenantsWhere } from '#lib/auth/permissions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'

export type NoticeRow = { id: string; title: string; link: string; at: string; read: boolean }

export type Frame = {
  notices: NoticeRow[]
  /** Open changes that wait for this person's vote. */
  approvals: number
  /** Waivers that are asked for and that this person may decide. */
  waivers: number
  /** Grants whose review is due and that this person, as an owner, has a word on. */
  access: number
  /** Names of the person's tenants by id. */
  tenants: Map<string, string>
}

const NOTICES = 12

/** What the frame round every page needs, in one transaction. */
export async function readFrame(platform: Platform, viewer: Viewer): Promise<Frame> {
  const [row] = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<
      {
        notices: NoticeRow[]
        approvals: number
        waivers: number
        access: number
        tenants: Record<string, string>
      }[]
    >`
      select
        coalesce((select jsonb_agg(jsonb_build_object('id', n.id, 'title', n.title, 'link', n.link, 'read', n.read_at is not null, 'at', to_char(n.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by n.created_at desc, n.id desc)
          from (select * from notice where person_id = ${viewer.id} order by created_at desc, id desc limit ${NOTICES}) n), '[]') as notices,
        coalesce((select jsonb_object_agg(t.id, t.name) from tenant t where t.id = any(${Object.keys(viewer.roles)})), '{}') as tenants,
        (select count(*)::int from check_waiver w where w.verdict is null and w.expires_at > clock_timestamp() and w.asked_by <> ${viewer.id}
          and ((w.decided_by_role = 'platform' and ${holdsPlatform(viewer, 'waiver.decide')}) or (w.decided_by_role = 'tenant_owner' and w.tenant_id = any(${tenantsWhere(viewer, 'waiver.decide')})))) as waivers,
        (select count(*)::int from app.access_grants() m where m.state <> 'current' and m.tenant_id = any(${attestedBy(viewer)}) and m.principal_id <> ${viewer.id}
          and not exists (select from access_attestation x where x.tenant_id = m.tenant_id and x.principal_id = m.principal_id and x.role = m.role and x.needs_second and x.attested_by = ${viewer.id} and x.attested_at > m.reviewed_at)) as access,
        (select count(distinct c.id)::int from stage_principal sp join approval_stage s on s.id = sp.stage_id join change c on c.id = s.change_id and c.revision = s.revision
          where sp.open and sp.principal_id = any(${[...viewer.principals]}) and c.state in ('awaiting_approval','blocked')
            and (not starts_with(sp.principal_id, 'onc_') or app.may_fill(${viewer.id}, sp.principal_id, sp.tenant_id))
            and not exists (select 1 from change_barred b where b.change_id = c.id and b.person_id = ${viewer.id})
            and not exists (select 1 from decision d where d.change_id = c.id and d.revision = c.revision and (d.decider_id = ${viewer.id} or d.delegator_id = ${viewer.id}))
            and not exists (select 1 from change_barred sb join delegation sd on sd.delegator_id = sb.person_id and sd.delegate_id = ${viewer.id} and sd.ended_at is null and sd.starts_at <= now() and sd.ends_at > now()
              where sb.change_id = c.id and (sd.principals = '{}' and sd.tenant_id = c.tenant_id or exists (select 1 from stage_principal sx where sx.change_id = c.id and sx.principal_id = any(sd.principals)))))
          + (select count(*)::int from app.delegated_queue(${viewer.id})) as approvals`,
  )
  return {
    notices: row?.notices ?? [],
    approvals: row?.approvals ?? 0,
    waivers: row?.waivers ?? 0,
    access: row?.access ?? 0,
    tenants: new Map(Object.entries(row?.tenants ?? {})),
  }
}

/** Where the viewer attests as a matter of course: the tenants that they own, and the platform's own grants as an administrator. */
function attestedBy(viewer: Viewer): string[] {
  const platform = holdsPlatform(viewer, 'access.attest') ? [PLATFORM_TENANT] : []
  return [...tenantsWhere(viewer, 'access.attest'), ...platform]
}
