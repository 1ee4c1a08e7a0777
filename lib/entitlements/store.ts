import type { Transaction } from '#lib/db/client.ts'
import type { CheckResult, Phase } from './check-result.ts'

/** Stores the results of one evaluation; live form checks are advisory and never stored. */
export async function storeResults(
  tx: Transaction,
  at: {
    tenantId: string
    changeId: string
    revision: number
    subjectId: string
    phase: Exclude<Phase, 'form'>
  },
  results: readonly CheckResult[],
): Promise<void> {
  const rows = results.map((result) => ({
    check_id: result.checkId,
    check_version: result.checkVersion,
    outcome: result.outcome,
    reason_code: result.reasonCode,
    // of a house rule it is the rule's own; the definition of all of them blocks
    evidence: {
      ...result.evidence,
      ...{ subject: result.subject, finding: result.finding, severity: result.severity },
    },
    inputs_hash: result.inputsHash,
    policy_hash: result.evidence.policyHash,
  }))
  await tx.$executeRaw`
    insert into check_result (tenant_id, change_id, revision, subject_id, phase, check_id, check_version, outcome, reason_code, evidence, inputs_hash, policy_hash, evaluated_at)
    select ${at.tenantId}, ${at.changeId}, ${at.revision}, ${at.subjectId}, ${at.phase}, x.check_id, x.check_version, x.outcome, x.reason_code, x.evidence,
      decode(x.inputs_hash, 'hex'), decode(x.policy_hash, 'hex'), clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as x(check_id text, check_version int, outcome text, reason_code text, evidence jsonb, inputs_hash text, policy_hash text)`
}

/** Seconds since a revision's checks were last evaluated in a phase; null when they never were. */
export async function lastEvaluated(
  tx: Transaction,
  at: { changeId: string; revision: number; phase: Phase },
): Promise<number | null> {
  const [row] = await tx.$queryRaw<{ age: number | null }[]>`
    select extract(epoch from clock_timestamp() - max(evaluated_at))::float8 as age from check_result
    where change_id = ${at.changeId} and revision = ${at.revision} and phase = ${at.phase}`
  return row?.age ?? null
}

/** What a look at a cluster or the Git host found: about one name, or between two commits. */
export type ObservedFact = {
  /** `namespace`, keyed `<cluster id>/<namespace>`, `repository`, keyed `<org>/<name>`, or `commits`, by `commitsKey`. */
  kind: 'namespace' | 'repository' | 'commits'
  key: string
  value: { exists: boolean } | { between: object | null } | { refused: string }
  observedAt: Date
  source: string
}

/** Key of what lies between two commits of a repository. */
export function commitsKey(
  { org, name }: { org: string; name: string },
  base: string,
  head: string,
): string {
  return `${org}/${name}/${base}...${head}`
}

/** Keeps the newest look at each name; an older one that comes late changes nothing. A name that is gone again is told as one that does not exist. */
export async function recordFacts(tx: Transaction, facts: readonly ObservedFact[]): Promise<void> {
  await tx.$executeRaw`
    insert into fact (kind, key, value, observed_at, source)
    select distinct on (x.kind, x.key) x.kind, x.key, x.value, x."observedAt", x.source
    from jsonb_to_recordset(${JSON.stringify(facts)}::jsonb) as x(kind text, key text, value jsonb, "observedAt" timestamptz, source text)
    order by x.kind, x.key, x."observedAt" desc
    on conflict (kind, key) do update set value = excluded.value, observed_at = excluded.observed_at, source = excluded.source
    where fact.observed_at <= excluded.observed_at`
}
