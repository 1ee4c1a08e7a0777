import type { PlanItem, PlanTarget } from './plan-picture.ts'

export type LooseTarget = {
  cluster: string
  /** The cluster's own name and id, as they stand in its objects. */
  own: readonly string[]
  environment: string
  items: readonly PlanItem[]
}

/** Folds targets of one environment whose objects differ only in what is the cluster's own. */
export function foldTargets(targets: readonly LooseTarget[]): PlanTarget[] {
  const folded = new Map<string, PlanTarget & { clusters: string[] }>()
  for (const target of targets) {
    const key = sameness(target)
    const twin = folded.get(key)
    if (twin) twin.clusters.push(target.cluster)
    else {
      const { own: _own, ...shown } = target
      folded.set(key, { ...shown, clusters: [target.cluster] })
    }
  }
  return [...folded.values()]
}

function sameness({ own, environment, items }: LooseTarget): string {
  const parts = items.map((item) => [item.action, item.path, item.text, item.previous])
  return own.reduce(
    (text, mine) => text.replaceAll(mine, '\u0000'),
    JSON.stringify([environment, parts]),
  )
}
