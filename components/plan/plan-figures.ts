type Folded = { clusters: readonly string[]; items: readonly unknown[] }

/** Objects and targets of a plan whose targets are folded: what a set holds counts once for each of its clusters. */
export function planFigures(targets: readonly Folded[]): { objects: number; targets: number } {
  return targets.reduce(
    (sum, { clusters, items }) => ({
      objects: sum.objects + items.length * clusters.length,
      targets: sum.targets + clusters.length,
    }),
    { objects: 0, targets: 0 },
  )
}
