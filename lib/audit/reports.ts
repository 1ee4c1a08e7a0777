/** What an auditor asks, and how the answer is laid out. Times are UTC. */
export type Report = {
  title: string
  /** The question that it answers, whole. */
  question: string
  columns: readonly string[]
  /** Where all is well it has no row, and one is a finding. */
  expectsNone: boolean
  /** What was looked through for it: one of them, and many. */
  examined: readonly [one: string, many: string]
  /** About what belongs to no tenant: for who reads every chain. */
  isOfPlatform: boolean
  /** It is about one day. */
  isAtDay: boolean
}

const BASE = { expectsNone: false, isOfPlatform: false, isAtDay: false }

export const REPORTS = {
  'segregation-of-duties': {
    ...BASE,
    title: 'Segregation of duties',
    question: 'Who approved what they had requested, edited or asked for themselves?',
    columns: ['What', 'Tenant', 'Of what', 'Who', 'Stood in the way', 'When'],
    expectsNone: true,
    examined: ['approval', 'approvals'],
  },
  'duty-matrix': {
    ...BASE,
    title: 'Matrix of duties',
    question:
      'Which duties may no person hold at once, what keeps them apart, and how often did somebody hold both? Counted over every tenant from what was done.',
    columns: ['Who', 'May not be who', 'Kept apart by', 'Done', 'By the same person'],
    examined: ['pair of duties', 'pairs of duties'],
    isOfPlatform: true,
  },
  'changes-without-approval': {
    ...BASE,
    title: 'Changes without approval',
    question:
      'Which changes ran although a stage lacked votes on the very plan that ran, or no standard change covered them? Counted from the votes, not from what the stage says of itself.',
    columns: ['Change', 'Tenant', 'Title', 'Type', 'What lacks', 'Started'],
    expectsNone: true,
    examined: ['change that ran', 'changes that ran'],
  },
  'pre-authorised-changes': {
    ...BASE,
    title: 'Pre-authorised changes',
    question: 'Which changes ran without anybody being asked, and under which standard change?',
    columns: ['Change', 'Tenant', 'Title', 'Standard change', 'Requested by', 'Started'],
    examined: ['change that ran', 'changes that ran'],
  },
  'emergency-changes': {
    ...BASE,
    title: 'Emergency changes and reviews',
    question:
      'What was done as an emergency, for which incident, who approved it, and who reviewed it afterwards, in time? Overdue reviews first.',
    columns: [
      ...['Change', 'Tenant', 'Title', 'Incident', 'Requested by', 'Approved by', 'State'],
      ...['Review due', 'Reviewed by', 'Reviewed', 'Justified', 'Outcome'],
    ],
    examined: ['emergency change', 'emergency changes'],
  },
  'drift-repairs': {
    ...BASE,
    title: 'Repairs of drift',
    question: 'What was put back on clusters outside of a change, and who asked and agreed?',
    columns: ['Namespace', 'Tenant', 'Cluster', 'Asked by', 'Agreed by', 'State', 'When'],
    examined: ['repair', 'repairs'],
  },
  'check-waivers': {
    ...BASE,
    title: 'Waivers of checks',
    question:
      'Which failing checks of requests were let pass, for what exactly, by which two people, until when, and how many revisions of changes leaned on each?',
    columns: [
      ...['Check', 'Tenant', 'Service', 'What was found', 'Why', 'Asked by', 'Decided by'],
      ...['State', 'Until', 'Used'],
    ],
    examined: ['waiver', 'waivers'],
  },
  waivers: {
    ...BASE,
    title: 'Waivers of preflights',
    question: 'Which findings of a preflight were waived, by which two people, and until when?',
    columns: ['Check', 'Cluster', 'Why', 'Asked by', 'Decided by', 'State', 'Until'],
    examined: ['waiver', 'waivers'],
    isOfPlatform: true,
  },
  'privileged-acts': {
    ...BASE,
    title: 'Privileged acts',
    question:
      'What did people do to the platform itself, and to what holds for a whole tenant: clusters, quotas, access, gates, tokens, waivers?',
    columns: ['Act', 'Tenant', 'Who', 'Of what', 'When'],
    examined: ['act of a person', 'acts of people'],
    isOfPlatform: true,
  },
  'unrecertified-access': {
    ...BASE,
    title: 'Unrecertified access',
    question:
      'Which roles has nobody said shall stay for longer than their tenant allows? A grant is reviewed when it is made; two weeks after its day it has lapsed. Longest overdue first.',
    columns: [
      ...['Role', 'Tenant', 'Held by', 'In that group today', 'Last reviewed', 'By'],
      ...['Was due', 'State'],
    ],
    expectsNone: true,
    examined: ['grant', 'grants'],
  },
  access: {
    ...BASE,
    title: 'Access at a date',
    question:
      'Who held which role in which tenant at the end of a day? Grants are as they stood then; whom a group held on that day the directory knows, and who is in it today is shown.',
    columns: ['Role', 'Tenant', 'Held by', 'In that group today', 'Granted by', 'Why', 'Since'],
    examined: ['grant', 'grants'],
    isAtDay: true,
  },
} as const satisfies Readonly<Record<string, Report>>

export type ReportName = keyof typeof REPORTS

/** Every report, in the order in which they are shown. */
export const REPORT_NAMES = Object.keys(REPORTS) as ReportName[]

/** Whether a word of an address names a report. */
export function isReportName(text: string): text is ReportName {
  return Object.hasOwn(REPORTS, text)
}
