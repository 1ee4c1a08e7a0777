import type { Known, SyncPlan } from './plan.ts'

/** How many of those known would go. */
type Count = { removed: number; of: number }
/** How many went by one reading, without being asked about. */
export type Gone = { at: string; people: number; members: number }
/** What a reading would take away, told to a person: the first of the people by name, the groups that would lose most. */
export type RemovalFacts = {
  people: Count
  members: Count
  who: { name: string; userName: string; what: 'disabled' | 'removed' }[]
  groups: { name: string; lost: number; of: number; dropped: boolean }[]
  /** Who went within the day before without being asked about: they count as well. */
  lately?: { people: number; members: number }
}
export type Removal = { lines: string[]; facts: RemovalFacts }

/** People and groups that are named at most. */
const NAMED = 100

/** What a plan takes away of people and memberships, one line each, in order: the same lines are the same removal. */
export function removalOf(known: Known, plan: SyncPlan): Removal {
  const leaves = withDropped(known, plan)
  const lines = [
    ...plan.disabled.map(({ id }) => `disabled ${id}`),
    ...plan.removed.map((id) => `removed ${id}`),
    ...leaves.flatMap(({ group, people }) => people.map((person) => `member ${group} ${person}`)),
  ]
  return { lines: lines.sort(), facts: factsOf(known, plan, leaves) }
}

/** A dropped group takes its members' places with it; those of people who go themselves are not counted again. */
function withDropped(known: Known, plan: SyncPlan): SyncPlan['leaves'] {
  const gone = new Set(plan.removed)
  const dropped = new Set(plan.droppedGroups)
  return [
    ...plan.leaves,
    ...known.groups.flatMap(({ id, members }) =>
      dropped.has(id) ? [{ group: id, people: members.filter((one) => !gone.has(one)) }] : [],
    ),
  ]
}

function factsOf(known: Known, plan: SyncPlan, leaves: SyncPlan['leaves']): RemovalFacts {
  const removed = new Set(plan.removed)
  const disabled = new Set(plan.disabled.map(({ id }) => id))
  const going = known.people.filter(({ id }) => removed.has(id) || disabled.has(id))
  const groups = new Map(known.groups.map((group) => [group.id, group]))
  const lost = leaves.map(({ group, people }) => ({
    ...{ name: groups.get(group)?.name ?? group, lost: people.length },
    of: groups.get(group)?.members.length ?? 0,
    dropped: plan.droppedGroups.includes(group),
  }))
  return {
    // whoever is disabled already has no standing to lose
    people: {
      removed: going.filter(({ active }) => active).length,
      of: known.people.filter(({ active }) => active).length,
    },
    members: {
      removed: lost.reduce((sum, one) => sum + one.lost, 0),
      of: known.groups.reduce((sum, { members }) => sum + members.length, 0),
    },
    who: going
      .map(({ id, displayName, userName }) => ({
        ...{ name: displayName, userName },
        what: removed.has(id) ? ('removed' as const) : ('disabled' as const),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, NAMED),
    groups: lost.sort((a, b) => b.lost - a.lost).slice(0, NAMED),
  }
}

/** Whether a person accepted each of these lines: then they go, though others of what was accepted went already, or came back. */
export function isAccepted(lines: readonly string[], accepted: readonly string[] | null): boolean {
  if (accepted === null) return false
  const all = new Set(accepted)
  return lines.every((line) => all.has(line))
}

/** A plan without anything that it would take away. */
export function withoutRemovals(plan: SyncPlan): SyncPlan {
  return { ...plan, disabled: [], removed: [], leaves: [], droppedGroups: [] }
}
