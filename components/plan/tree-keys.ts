import type { PlanNode } from './plan-picture.ts'

export type TreeState = {
  /** The row that keys act upon. */
  active: string | undefined
  closed: ReadonlySet<string>
}

/** The rows that show when these branches are closed; `nodes` stand in reading order. */
export function visibleNodes(nodes: readonly PlanNode[], closed: ReadonlySet<string>): PlanNode[] {
  const hidden = new Set<string>()
  return nodes.filter((node) => {
    const covered = node.parent !== null && (closed.has(node.parent) || hidden.has(node.parent))
    if (covered) hidden.add(node.id)
    return !covered
  })
}

/** Everything below the first level starts closed, save the way to what is shown. */
export function startOfTree(nodes: readonly PlanNode[], shown: string | undefined): TreeState {
  const parents = new Map(nodes.map((node) => [node.id, node.parent]))
  const way = new Set<string>()
  for (let at = parents.get(shown ?? ''); at; at = parents.get(at)) way.add(at)
  const closed = nodes.filter((node) => isBranch(node) && node.depth > 0 && !way.has(node.id))
  return { active: shown ?? nodes[0]?.id, closed: new Set(closed.map((node) => node.id)) }
}

/** Opens a branch when it is closed, closes it when it is open. */
export function toggled(state: TreeState, node: PlanNode): TreeState {
  const closed = new Set(state.closed)
  if (!closed.delete(node.id)) closed.add(node.id)
  return { active: node.id, closed }
}

/** What a key of the tree pattern does; nothing for keys that are not its own. */
export function treeAfterKey(
  nodes: readonly PlanNode[],
  state: TreeState,
  key: string,
): TreeState | undefined {
  const visible = visibleNodes(nodes, state.closed)
  const place = visible.findIndex((node) => node.id === state.active)
  const node = visible[place] ?? visible[0]
  if (!node) return undefined
  const to = (next: PlanNode | undefined): TreeState => ({ ...state, active: next?.id ?? node.id })
  const shut = isBranch(node) && state.closed.has(node.id)
  switch (key) {
    case 'ArrowDown':
      return to(visible[place + 1])
    case 'ArrowUp':
      return to(visible[place - 1])
    case 'Home':
      return to(visible[0])
    case 'End':
      return to(visible.at(-1))
    case 'ArrowRight':
      return shut ? toggled(state, node) : isBranch(node) ? to(visible[place + 1]) : state
    case 'ArrowLeft':
      return isBranch(node) && !shut
        ? toggled(state, node)
        : to(visible.find((other) => other.id === node.parent))
    default:
      return undefined
  }
}

/** Branches open and close; leaves show something. */
export function isBranch(node: PlanNode): boolean {
  return node.item === undefined
}
