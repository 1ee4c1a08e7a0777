import { cutPage, type ListPage, type PageRequest, readPlace } from '#lib/keyset.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { ListedWaiver } from './listed-waiver.ts'

export type WaiverFilter = PageRequest & {
  tenant?: string | undefined
  waiver?: string | undefined
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
const PAGE = 50

/** Waivers of checks in the viewer's tenants, newest first; all of them, those of one tenant, or one. */
export async function listWaivers(
  platform: Platform,
  viewer: Viewer,
  filter: WaiverFilter,
): Promise<ListPage<ListedWaiver>> {
  const place = readPlace(filter.before ?? filter.after, ['time', 'text'])
  const backwards = filter.before !== undefined && place !== undefined
  const rows = await platform.read(
    viewer,
    (tx) => tx.$queryRaw<ListedWaiver[]>`
      select w.id, w.tenant_id as "tenantId", t.slug as tenant, w.service, w.title, w.subject, w.finding, w.reason, w.decided_by_role as by, w.asked_by as "askedById",
        a.display_name as asker, to_char(w.asked_at at time zone 'UTC', ${ISO}) as "askedAt", d.display_name as decider, r.display_name as revoker,
        to_char(w.expires_at at time zone 'UTC', ${ISO}) as until,
        case when w.revoked_at is not null then 'revoked' when w.verdict = 'refused' then 'refused' when w.expires_at <= clock_timestamp() then 'over' when w.verdict is null then 'asked' else 'in_force' end as state,
        (select count(*)::int from check_waiver_use u where u.waiver_id = w.id) as uses,
        coalesce((select jsonb_agg(x.number order by x.number desc) from (select distinct c.number::int as number from check_waiver_use u join change c on c.id = u.change_id
          where u.waiver_id = w.id order by 1 desc limit 3) x), '[]') as changes
      from check_waiver w join tenant t on t.id = w.tenant_id join person a on a.id = w.asked_by left join person d on d.id = w.decided_by left join person r on r.id = w.revoked_by
      where (${filter.tenant ?? null}::text is null or t.slug = ${filter.tenant ?? ''}) and (${filter.waiver ?? null}::text is null or w.id = ${filter.waiver ?? ''})
        and (${place?.[0] ?? null}::text is null
          or (not ${backwards} and (w.asked_at, w.id) < (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''}))
          or (${backwards} and (w.asked_at, w.id) > (${place?.[0] ?? null}::timestamptz, ${place?.[1] ?? ''})))
      order by case when ${backwards} then w.asked_at end asc, case when ${backwards} then w.id end asc, w.asked_at desc, w.id desc
      limit ${PAGE + 1}`,
  )
  return cutPage(rows, PAGE, {
    request: backwards ? filter : { after: place && filter.after },
    placeOf: (row) => [row.askedAt, row.id],
  })
}
