import { Prisma } from '#prisma/generated/client.ts'

type Duty = {
  /** What one person does, what the same person may not do then, and what keeps them apart. */
  words: readonly [first: string, second: string, keptBy: string]
  /** How often the second was done, and how often by whoever had done the first. */
  done: Prisma.Sql
  both: Prisma.Sql
}

const OWN_APPROVAL = Prisma.sql`from decision d join change c on c.id = d.change_id and c.revision = d.revision join person p on p.id in (d.decider_id, d.delegator_id)
  where d.verdict = 'approve'`

/** Every pair of duties that nobody holds at once. The counts are read from what was done, not from what kept people apart. */
const DUTIES: readonly Duty[] = [
  {
    words: ['asks for a change', 'approves it', 'barred from its votes, also as a stand-in'],
    done: Prisma.sql`select count(*) from decision where verdict = 'approve'`,
    both: Prisma.sql`select count(*) ${OWN_APPROVAL} and p.id = c.requester_id`,
  },
  {
    words: ['edits a change', 'approves it', 'barred from its votes; votes given before fall'],
    done: Prisma.sql`select count(*) from decision where verdict = 'approve'`,
    both: Prisma.sql`select count(*) ${OWN_APPROVAL} and p.id <> c.requester_id and exists (select from change_revision v where v.change_id = c.id and v.submitted_by = p.id)`,
  },
  {
    words: ['publishes a template', 'approves a change made from it', 'barred from its votes'],
    done: Prisma.sql`select count(*) from decision where verdict = 'approve'`,
    both: Prisma.sql`select count(*) ${OWN_APPROVAL} and exists (select from change_barred b where b.change_id = c.id and b.person_id = p.id and b.why = 'published its template')`,
  },
  {
    words: ['grants a waiver', 'approves a change that leans on it', 'barred from its votes'],
    done: Prisma.sql`select count(*) from check_waiver_use`,
    both: Prisma.sql`select count(*) ${OWN_APPROVAL} and exists (select from check_waiver_use u join check_waiver w on w.id = u.waiver_id where u.change_id = c.id and u.revision = c.revision and w.decided_by = p.id)`,
  },
  {
    words: ['asks for a waiver', 'grants it', 'the database: two people, or no row'],
    done: Prisma.sql`select (select count(*) from check_waiver where verdict = 'granted') + (select count(*) from preflight_waiver where verdict = 'granted')`,
    both: Prisma.sql`select (select count(*) from check_waiver where verdict = 'granted' and decided_by = asked_by) + (select count(*) from preflight_waiver where verdict = 'granted' and decided_by = asked_by)`,
  },
  {
    words: ['asks for or approves an emergency', 'reviews it', 'the review is refused'],
    done: Prisma.sql`select count(*) from emergency_review where reviewed_by is not null`,
    both: Prisma.sql`select count(*) from emergency_review r join change c on c.id = r.change_id where r.reviewed_by = c.requester_id
      or exists (select from decision d where d.change_id = c.id and d.revision = c.revision and r.reviewed_by in (d.decider_id, d.delegator_id))`,
  },
  {
    words: ['asks for a repair of drift', 'agrees to it', 'the database: two people, or no row'],
    done: Prisma.sql`select count(*) from drift_repair where approved_by is not null`,
    both: Prisma.sql`select count(*) from drift_repair where approved_by = asked_by`,
  },
  {
    words: ['writes a policy', 'puts it in force', 'the database: two people, or no version'],
    done: Prisma.sql`select (select count(*) from approval_policy_version) + (select count(*) from entitlement_policy)`,
    both: Prisma.sql`select (select count(*) from approval_policy_version where approved_by = proposed_by) + (select count(*) from entitlement_policy where approved_by = proposed_by)`,
  },
  {
    words: ['proposes a source of facts', 'confirms it', 'the database: two people, or no source'],
    done: Prisma.sql`select count(*) from fact_source where decided_by is not null`,
    both: Prisma.sql`select count(*) from fact_source where decided_by = proposed_by`,
  },
]

/** The matrix as rows of a report, in the order of the duties. */
export function dutyRows(): { rows: Prisma.Sql; all: Prisma.Sql } {
  const rows = DUTIES.map(
    ({ words, done, both }, place) => Prisma.sql`
      select array[${words[0]}, ${words[1]}, ${words[2]}, (${done})::text, (${both})::text] as cells, null::int as change,
        timestamptz '2000-01-01' - make_interval(days => ${place}::int) as at`,
  )
  return {
    rows: Prisma.join(rows, ' union all '),
    all: Prisma.sql`select ${DUTIES.length}::int`,
  }
}
