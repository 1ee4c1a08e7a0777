/** Names of so many clusters: four groups of three, then more of each in turn. */
export function clusterNames(count: number): string[] {
  const groups = ['dev-eu', 'test-eu', 'prod-eu', 'prod-us']
  return Array.from({ length: count }, (_, index) =>
    index < 12
      ? `${groups[Math.floor(index / 3)]}-${(index % 3) + 1}`
      : `${groups[index % 4]}-${Math.floor(index / 4) + 1}`,
  )
}
