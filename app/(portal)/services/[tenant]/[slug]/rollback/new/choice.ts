type Instance = { environment: string; earlier: boolean; pin: object | null }
type Query = Readonly<Record<string, string | string[] | undefined>>

/** Environments of a service, those first in which there is something to go back to. */
export function environmentsOf(instances: readonly Instance[]): string[] {
  const all = [...new Set(instances.map(({ environment }) => environment))]
  const worth = (name: string) =>
    instances.some(({ environment, earlier, pin }) => environment === name && (earlier || pin))
  return all.sort((one, other) => Number(worth(other)) - Number(worth(one)))
}

/** What the address chooses: environment, clusters, a commit or the branch, and whether it is an emergency; the rest reads as not chosen. */
export function choiceOf(
  query: Query,
  environments: readonly string[],
): {
  environment: string
  clusters: string[]
  commit: string | null | undefined
  emergency: boolean
} {
  const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)
  const environment = environments.find((name) => name === first(query.environment))
  const to = first(query.to) ?? ''
  return {
    environment: environment ?? environments[0] ?? '',
    clusters: [query.cluster ?? []].flat().slice(0, 500),
    commit: to === 'branch' ? null : /^[0-9a-f]{40}$/.test(to) ? to : undefined,
    emergency: first(query.kind) === 'emergency',
  }
}
