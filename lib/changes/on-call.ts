/** Why nobody is behind a rota: how the feed stands, what it says of the team, or that the rule finds no team. */
const GAPS = {
  unset: () =>
    'no on-call feed is set up; the platform team does that under Policies, Sources of facts',
  unread: () => 'the on-call feed was not read yet; the platform team sees why',
  stale: () => 'the on-call feed is too old to rely on; the platform team mends it',
  unreadable: (team) =>
    `what the on-call feed says of ${team} cannot be read; whoever keeps the feed mends it`,
  two_teams: (team) =>
    `two directories have a team ${team}, and the on-call feed cannot say which; the platform team has one renamed`,
  nobody: (team) => `nobody is on call for ${team} now; the team sets up its rota`,
  no_role: (team) =>
    `nobody who is on call for ${team} holds a role that decides here; an owner of the tenant gives one`,
  foreign: (team) => `${team} is no team of this tenant, so nobody is on call for it here`,
  no_team: () => 'it is about no service, so there is no team to be on call for',
} satisfies Record<string, (team: string) => string>

export type OnCallGap = keyof typeof GAPS

/** The reason in words, with whose it is and the next step; null for no gap. */
export function onCallGap(gap: OnCallGap | null, team: string): string | null {
  return gap === null ? null : GAPS[gap](team)
}
