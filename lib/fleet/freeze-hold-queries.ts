import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { Prisma } from '#prisma/generated/client.ts'

/** What the same freezes hold until the same moment: how many objects, and how far that is. */
export type ShownHold = {
  /** Their names. */
  freezes: string[]
  /** ISO; null where no end is in sight. */
  until: string | null
  all: number
  /** Suspended: by the freezes, or by another before them. */
  held: number
  /** Of the held: another had suspended them before, and they stay so after. */
  found: number
  /** The freezes are over; they are being resumed. */
  releasing: number
  /** Clusters on which it did not work yet, with what was the matter. */
  trouble: { cluster: string; detail: string }[]
}

type Of = { serviceId: string } | { clusterId: string } | 'over'

/** What freezes that hold Flux do to the instances of a service or on a cluster; or, of all that the viewer sees, what is to be resumed still. */
export async function readHolds(platform: Platform, viewer: Viewer, of: Of): Promise<ShownHold[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<ShownHold[]>`
      select array(select f.name from change_freeze f where f.id = any (h.freezes) order by f.name) as freezes, to_char(h.until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until,
        count(*)::int as "all", count(*) filter (where h.state in ('held','found'))::int as held, count(*) filter (where h.state = 'found')::int as found, count(*) filter (where h.state = 'releasing')::int as releasing,
        coalesce(jsonb_agg(distinct jsonb_build_object('cluster', k.name, 'detail', h.detail)) filter (where h.detail is not null and h.state in ('asked','releasing')), '[]') as trouble
      from freeze_hold h join service_instance i on i.id = h.instance_id join cluster k on k.id = h.cluster_id
      where h.ended_at is null and ${partOf(of)} group by h.freezes, h.until, h.state = 'releasing' order by h.until nulls last, h.freezes limit 20`,
  )
}

function partOf(of: Of): Prisma.Sql {
  if (of === 'over') return Prisma.sql`h.state = 'releasing'`
  return 'serviceId' in of
    ? Prisma.sql`i.service_id = ${of.serviceId}`
    : Prisma.sql`h.cluster_id = ${of.clusterId}`
}
