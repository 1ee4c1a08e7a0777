// Real clusters in a bench: started, and registered as an administrator does it.
import type { RealCluster } from '#e2e/support/real-clusters.ts'
import { readKubeconfig } from '#lib/fleet/kubeconfig.ts'
import { registerByKubeconfig } from '#lib/onboarding/register-by-kubeconfig.ts'
import type { Site } from './bare-loop.ts'
import type { Product } from './support.ts'

/** Starts the clusters, registers them for the environments, and waits until their preflight lets them in. */
export async function registeredSites(
  { owner, platform, viewer }: Product,
  clusters: readonly RealCluster[],
  environments: string[],
): Promise<Site[]> {
  const grace = await viewer('grace.kim')
  const sites: Site[] = []
  for (const { name, begin } of clusters) {
    const kubeconfig = begin()
    sites.push(siteOf(name, kubeconfig))
    const answer = await registerByKubeconfig(platform, grace, {
      name,
      kubeconfig,
      context: '',
      region: 'here',
      zone: 'internal',
      environments,
      accreditedClass: 3,
      ingressNamespace: '',
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  }
  for (;;) {
    const [row] = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
      tx.$queryRawUnsafe<{ n: number }[]>(
        `select count(*)::int as n from cluster c join cluster_preflight p on p.cluster_id = c.id where c.name = any($1) and c.state = 'active'`,
        sites.map(({ name }) => name),
      ),
    )
    if (row?.n === sites.length) return sites
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** How the cluster of a kubeconfig is reached. */
export function siteOf(name: string, kubeconfig: string): Site {
  const access = readKubeconfig(kubeconfig)
  if (!access.ok) throw new Error(JSON.stringify(access.error))
  return { name, ...access.value }
}
