import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { TeamSuccess } from './success.ts'

/** How the changes of each team went that owns services in a tenant, by name; at most 200 teams. Of what the viewer may see. */
export async function readTeamSuccess(
  platform: Platform,
  viewer: Viewer,
  tenantId: string,
): Promise<TeamSuccess[]> {
  return platform.read(
    viewer,
    (tx) => tx.$queryRaw<TeamSuccess[]>`
      select g.name as team, s.score, s.changes
      from (select distinct d.name from ci i join directory_group d on d.id = i.owner_group_id
        where i.tenant_id = ${tenantId} and i.class = 'service' order by d.name limit 200) g
      cross join lateral app.team_success(${tenantId}, g.name) s order by g.name`,
  )
}
