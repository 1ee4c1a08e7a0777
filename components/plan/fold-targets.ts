import type { PlanItem, PlanTarget } from './plan-picture.ts'

export type LooseTarget = { cluster: string; environment: string; items: readonly PlanItem[] }

/** Folds targets of one environment whose objects differ only in the cluster's own name. */
export function foldTargets(targets: readonly LooseTarget[]): PlanTarget[] {
  const folded = new Map<string, PlanTarget & { clusters: string[] }>()
  for (const target of targets) {
    const key = sameness(target)
    const twin = folded.get(key)
    if (twin) twin.clusters.push(target.cluster)
    else folded.set(key, { ...target, clusters: [target.cluster] })
  }
  return [...folded.values()]
}

function sameness({ cluster, environment, items }: LooseTarget): string {
  const own = items.map((item) => [item.action, item.path, item.text, item.previous])
  return JSON.stringify([environment, own]).replaceAll(cluster, '\u0000')
}
