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
    evidence: { ...result.evidence, subject: result.subject, finding: result.finding },
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
