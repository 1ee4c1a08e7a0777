import type { Transaction } from '#lib/db/client.ts'
import { newId } from '#lib/id.ts'

export type SurveyPlace = { tenantId: string; clusterId: string; namespace: string }

export type SurveyRow = SurveyPlace & {
  id: string
  cluster: string
  /** What we would place there: bytes and their hashes. */
  wanted: { hash: string; body: string }[]
  /** Null while nobody has looked. */
  surveyedAt: Date | null
  /** Null where the look failed. */
  standing: unknown
  trouble: string | null
}

/** Seconds for which one survey serves everybody who asks, and after which one that did not end is asked anew. */
const FRESH_SECONDS = 60

/** Asks for a survey of a place unless one with the same objects is fresh or under way; answers its id, or undefined. */
export async function insertSurvey(
  tx: Transaction,
  place: SurveyPlace,
  {
    wanted,
    askedBy,
    freshSeconds = FRESH_SECONDS,
  }: {
    wanted: SurveyRow['wanted']
    askedBy: string
    freshSeconds?: number
  },
): Promise<string | undefined> {
  const id = newId('srv')
  const n = await tx.$executeRaw`
    insert into adoption_survey (id, tenant_id, cluster_id, namespace, wanted, asked_by)
    select ${id}, ${place.tenantId}, ${place.clusterId}, ${place.namespace}, ${JSON.stringify(wanted)}::jsonb, ${askedBy}
    where not exists (select 1 from adoption_survey s where s.tenant_id = ${place.tenantId} and s.cluster_id = ${place.clusterId} and s.namespace = ${place.namespace}
      and s.wanted = ${JSON.stringify(wanted)}::jsonb and coalesce(s.surveyed_at, s.asked_at) > clock_timestamp() - make_interval(secs => ${freshSeconds}))`
  return n === 1 ? id : undefined
}

/** Surveys by id, or the latest finished one of each place. */
export async function loadSurveys(
  tx: Transaction,
  by: { ids: readonly string[] } | { places: readonly SurveyPlace[] },
): Promise<SurveyRow[]> {
  if ('ids' in by)
    return tx.$queryRaw<SurveyRow[]>`
      select s.id, s.tenant_id as "tenantId", s.cluster_id as "clusterId", k.name as cluster, s.namespace, s.wanted, s.surveyed_at as "surveyedAt", s.standing, s.trouble
      from adoption_survey s join cluster k on k.id = s.cluster_id where s.id = any(${[...by.ids]})`
  return tx.$queryRaw<SurveyRow[]>`
    select distinct on (s.tenant_id, s.cluster_id, s.namespace) s.id, s.tenant_id as "tenantId", s.cluster_id as "clusterId", k.name as cluster, s.namespace, s.wanted,
      s.surveyed_at as "surveyedAt", s.standing, s.trouble
    from jsonb_to_recordset(${JSON.stringify(by.places)}::jsonb) as x("tenantId" text, "clusterId" text, namespace text)
      join adoption_survey s on s.tenant_id = x."tenantId" and s.cluster_id = x."clusterId" and s.namespace = x.namespace join cluster k on k.id = s.cluster_id
    where s.surveyed_at is not null order by s.tenant_id, s.cluster_id, s.namespace, s.surveyed_at desc, s.id desc`
}

/** Writes what a survey found, once; surveys of the place that no change was made from go after a day. */
export async function keepSurvey(
  tx: Transaction,
  survey: SurveyPlace & { id: string },
  found: { standing: unknown } | { trouble: string },
): Promise<boolean> {
  const standing = 'standing' in found ? JSON.stringify(found.standing) : null
  const trouble = 'trouble' in found ? found.trouble.slice(0, 1000) : null
  const n = await tx.$executeRaw`
    update adoption_survey set surveyed_at = clock_timestamp(), standing = ${standing}::jsonb, trouble = ${trouble} where id = ${survey.id} and surveyed_at is null`
  await tx.$executeRaw`
    delete from adoption_survey s where s.tenant_id = ${survey.tenantId} and s.cluster_id = ${survey.clusterId} and s.namespace = ${survey.namespace}
      and s.asked_at < clock_timestamp() - interval '1 day' and not exists (
        select 1 from change_revision v where v.tenant_id = s.tenant_id and v.parameters->'surveys' ? s.id)`
  return n === 1
}
