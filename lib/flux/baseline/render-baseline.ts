import { sha256Hex } from '#lib/hash.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { blockYaml } from '../block-yaml.ts'
import { hubFence, hubRights } from './hub-rights.ts'
import { tenantPolicies } from './policies.ts'
import { tenantRole } from './tenant-role.ts'

export type Manifest = { objects: KubernetesObject[]; text: string; hash: string }

/** The hub's identity, rights and fence as one manifest that an administrator reads and applies. Pure: the same build gives the same bytes. */
export function renderHubRights(): Manifest {
  return manifestOf(
    'The rights that Stairway needs on a cluster, and the fence that keeps it inside.',
    hubRights(),
  )
}

/** What a cluster needs before its first tenant: the tenants' role, the policies that guard them, and the hub's fence. Applied by an administrator or the cluster's own Flux, never by the hub. */
export function renderBaseline(): Manifest {
  return manifestOf(
    'What a cluster needs before its first tenant: the role of tenants, the policies that guard them, and the fence of Stairway.',
    [tenantRole(), ...tenantPolicies(), ...hubFence()],
  )
}

function manifestOf(title: string, objects: KubernetesObject[]): Manifest {
  const body = objects.map((object) => blockYaml(object)).join('---\n')
  const hash = sha256Hex(body)
  return {
    objects,
    hash,
    text: `# ${title}\n# Version ${hash.slice(0, 12)}. Apply with: kubectl apply --server-side -f -\n${body}`,
  }
}
