/** The kinds of chat, for whoever chooses. */
export const KINDS = [
  { value: 'slack', label: 'Slack', about: 'an incoming webhook of an app of yours' },
  {
    value: 'teams',
    label: 'Teams',
    about: 'a workflow that posts when a webhook request is received',
  },
] as const

export const STATES = [
  { value: 'on', label: 'On', about: 'what is chosen below is told there' },
  { value: 'off', label: 'Off', about: 'nothing is told there; mails and notices go out as ever' },
] as const

/** What a channel may be told. */
export const GROUPS = [
  {
    value: 'approvals',
    label: 'Approvals',
    about: 'asked for, reminded, escalated; emergencies and their reviews',
  },
  {
    value: 'trouble',
    label: 'What needs somebody',
    about: 'a run failed, a change is held or waits for another team',
  },
  {
    value: 'outcomes',
    label: 'How changes end',
    about: 'approved, rejected, Ready, withdrawn, expired, closed',
  },
  { value: 'waivers', label: 'Waivers', about: 'asked for, decided, soon to end' },
  {
    value: 'duties',
    label: 'Access and ownership',
    about: 'reviews that are due, teams that lack an owner',
  },
] as const

export type Group = (typeof GROUPS)[number]['value']
