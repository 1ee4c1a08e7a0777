import { execFileSync } from 'node:child_process'
import { renderBaseline, renderHubRights } from '#lib/flux/baseline/render-baseline.ts'
import { NAMES } from '#lib/flux/names.ts'
import { clusterTool } from '#lib/testing/clusters.ts'

/** A real cluster with Flux, as its administrator holds it. */
export type RealCluster = {
  name: string
  /** Starts it, or starts it anew with nothing of what it held; answers a kubeconfig of the hub's service account. */
  begin(): string
  kubectl(...args: string[]): string
  /** Kind, namespace and name of whatever stands there, but what comes and goes by itself. */
  everything(): string[]
  end(): void
}

const PASSING = ['events', 'leases', 'endpointslices', 'endpoints']
const SPARE = ['--server-side', '--force-conflicts', '-f', '-']

/** Number `number` of the tool that starts clusters. Throws where there is no such tool. */
export function realCluster(number: number): RealCluster {
  const tool = clusterTool()
  if (!tool) throw new Error('no tool that starts clusters')
  const run = (args: readonly string[], input?: string) =>
    execFileSync(tool, [...args], { encoding: 'utf8', stdio: 'pipe', input, maxBuffer: 1e8 }).trim()
  const kubectl = (...args: string[]) => run(['kubectl', String(number), ...args])
  const apply = (manifest: string) => run(['kubectl', String(number), 'apply', ...SPARE], manifest)
  return {
    name: `real-${number}`,
    begin() {
      run(['wipe', String(number)])
      run(['up', String(number)])
      apply(renderHubRights().text)
      apply(renderBaseline().text)
      return hubKubeconfig(kubectl)
    },
    kubectl,
    everything() {
      const kinds = kubectl('api-resources', '--verbs=list', '-o', 'name')
        .split('\n')
        .filter((kind) => !PASSING.includes(kind.split('.')[0] ?? '') && !kind.includes('metrics'))
      const stands = kubectl('get', kinds.join(','), '-A', '--ignore-not-found', '-o', 'name')
      return stands.split('\n').filter(Boolean).map(withoutChance).sort()
    },
    end: () => void run(['wipe', String(number)]),
  }
}

/** A pod of a Deployment is named by chance, and anew on a cluster that was wiped. */
function withoutChance(name: string): string {
  return name.replace(/^(pod\/.+)-[a-z0-9]+-[a-z0-9]{5}$/, '$1')
}

function hubKubeconfig(kubectl: RealCluster['kubectl']): string {
  const account = ['-n', NAMES.hubNamespace, NAMES.hubServiceAccount]
  const token = kubectl('create', 'token', '--duration=8h', ...account)
  const config = JSON.parse(kubectl('config', 'view', '--raw', '-o', 'json')) as {
    clusters: { cluster: Record<string, string> }[]
  }
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'hub' },
    clusters: [{ name: 'hub', cluster: config.clusters[0]?.cluster }],
    users: [{ name: 'hub', user: { token } }],
    contexts: [{ name: 'hub', context: { cluster: 'hub', user: 'hub' } }],
  })
}
