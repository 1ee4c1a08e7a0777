/** An approval policy while it is edited: the shapes that the command takes, kept loosely until it is asked. */
export type Rule =
  | { source: 'group'; group: string }
  | { source: 'tenant_role'; role: 'owner' | 'approver' | 'admin' }
  | { source: 'named'; people: string[] }
  | { source: 'service_owner' }
  | { source: 'manager' }
  | { source: 'on_call' }

/** Whom a stage may be escalated to. */
export type Escalation = Extract<Rule, { source: 'group' | 'tenant_role' | 'named' }>

export type Quorum = number | 'all' | { percent: number }

export const SECTIONS = [
  'identity',
  'data',
  'access',
  'network',
  'capacity',
  'repository',
  'schedule',
] as const
export type Section = (typeof SECTIONS)[number]

export type Stage = {
  name: string
  rule: Rule
  quorum: Quorum
  sections: Section[]
  dueHours: number
  order?: number | undefined
  veto?: number | 'none' | undefined
  commentRequired?: boolean | undefined
  stepUpMinutes?: number | undefined
  validHours?: number | undefined
  remindAfterHours?: number[] | undefined
  escalateAfterHours?: number | undefined
  escalateTo?: Escalation | undefined
}

export type Band = 'low' | 'medium' | 'high' | 'critical'
export const BANDS: readonly Band[] = ['low', 'medium', 'high', 'critical']

export type Scope = {
  tenants?: string[] | undefined
  environments?: string[] | undefined
  dataClassAtLeast?: number | undefined
  riskAtLeast?: Band | undefined
  types?: ('standard' | 'normal' | 'emergency')[] | undefined
  kinds?: ('cluster_baseline' | 'edit_policy')[] | undefined
}

export type Draft = {
  policyId: string | null
  name: string
  scope: Scope
  /** A review of emergencies is kept as it is. */
  body: { stages: Stage[]; review?: { rule: Rule; hours: number } | undefined }
  ends: boolean
}

export type Choices = {
  tenants: readonly { slug: string; name: string }[]
  environments: readonly string[]
  groups: readonly string[]
  people: readonly { userName: string; name: string }[]
}

export type Simulated = {
  tenant: string
  environments: string[]
  dataClass: number
  band: Band
}

/** Another rule of that kind, with a first choice made. */
export function ruleOf(source: Rule['source'], { groups, people }: Choices): Rule {
  if (source === 'group') return { source, group: groups[0] ?? '' }
  if (source === 'tenant_role') return { source, role: 'owner' }
  if (source === 'named') return { source, people: people[0] ? [people[0].userName] : [] }
  return { source }
}

/** A list with or without an item, in the order of what may be chosen. */
export function toggled<T>(all: readonly T[], chosen: readonly T[], item: T): T[] {
  const wanted = chosen.includes(item) ? chosen.filter((each) => each !== item) : [...chosen, item]
  return all.filter((each) => wanted.includes(each))
}

/** A whole number within bounds, or undefined for an empty field. */
export function figureOf(text: string): number | undefined {
  const figure = Math.trunc(Number(text))
  return text.trim() === '' || !Number.isFinite(figure) ? undefined : figure
}

/** Hours with commas between them, as whole numbers in the order typed; nothing for none. */
export function hoursOf(text: string): number[] | undefined {
  const hours = text.split(',').flatMap((part) => figureOf(part) ?? [])
  return hours.length > 0 ? hours : undefined
}
