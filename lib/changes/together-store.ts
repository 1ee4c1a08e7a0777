import type { Transaction } from '#lib/db/client.ts'
import { Prisma } from '#prisma/generated/client.ts'
import type { TogetherFacts } from './together.ts'

/** SQL over a change `c`: name and version of its template, from the very bytes that its plan lists. */
export const TEMPLATE_OF = Prisma.sql`(select convert_from(tb.body, 'UTF8')::jsonb->'attributes'->>'template' from plan_item ti join blob tb on tb.tenant_id = ti.tenant_id and tb.hash = ti.blob_hash
  where ti.plan_hash = c.plan_hash and ti.section = 'identity' and ti.path like 'cmdb/service/%' limit 1)`

/** SQL over a change `c`: all that its plan does is new. */
export const ONLY_ADDS = Prisma.sql`not exists (select from plan_item ai where ai.plan_hash = c.plan_hash and ai.action <> 'create')`

/** SQL over a change `c`: results of its newest round of checks that did not pass, and waivers that its revision leans on. */
export const DOUBTS = Prisma.sql`((select count(*)::int from (select distinct on (z.check_id, z.evidence->>'subject') z.outcome from check_result z where z.change_id = c.id and z.revision = c.revision
      and z.phase = (select y.phase from check_result y where y.change_id = c.id and y.revision = c.revision order by y.id desc limit 1)
    order by z.check_id, z.evidence->>'subject', z.id desc) newest where newest.outcome not in ('pass','not_applicable'))
  + (select count(*)::int from check_waiver_use wu where wu.change_id = c.id and wu.revision = c.revision))`

/** What decides whether a change may be approved together with others, now. */
export async function readTogetherFacts(
  tx: Transaction,
  changeId: string,
): Promise<TogetherFacts | undefined> {
  const [row] = await tx.$queryRaw<TogetherFacts[]>`
    select c.kind, c.type, c.risk_band as band, ${TEMPLATE_OF} as template, ${ONLY_ADDS} as "onlyAdds", ${DOUBTS} as doubts from change c where c.id = ${changeId}`
  return row
}
