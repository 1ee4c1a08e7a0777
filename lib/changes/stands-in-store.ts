import { Prisma } from '#prisma/generated/client.ts'

/**
 * SQL over a change `c`: somebody who may not decide it is stood in for by this person now, who may not either then. The same question as
 * `app.barred_delegates`, of one person and many changes, so that a list asks it cheaply.
 */
export function standsInForBarred(personId: string): Prisma.Sql {
  return Prisma.sql`exists (select 1 from change_barred sb join delegation sd on sd.delegator_id = sb.person_id and sd.delegate_id = ${personId}
      and sd.ended_at is null and sd.starts_at <= now() and sd.ends_at > now()
    where sb.change_id = c.id and (sd.principals = '{}' and sd.tenant_id = c.tenant_id
      or exists (select 1 from stage_principal sx where sx.change_id = c.id and sx.principal_id = any(sd.principals))))`
}
