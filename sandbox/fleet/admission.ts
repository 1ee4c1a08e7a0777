import { isDeepStrictEqual } from 'node:util'
import { durationMs } from './conditions.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { KubeObject } from './object.ts'
import { resourceName, StatusError } from './status.ts'

const APPLIERS = 'flux-tenant-appliers'
const POLICY = kindOf('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy') as Kind
const BINDING = kindOf(
  'admissionregistration.k8s.io/v1',
  'ValidatingAdmissionPolicyBinding',
) as Kind
const TENANT = { label: 'toolkit.fluxcd.io/role', value: 'tenant' }

type Cluster = { get(kind: Kind, namespace: string, name: string): KubeObject | undefined }

/**
 * The policy for appliers, in words of our own: expressions are not evaluated here. It acts where it is bound, in tenant namespaces, and only
 * on a new specification.
 */
export function refuseByPolicy(
  cluster: Cluster,
  kind: Kind,
  { next, live }: { next: KubeObject; live: KubeObject | undefined },
): void {
  if (kind.kind !== 'Kustomization' || isDeepStrictEqual(next.spec, live?.spec)) return
  const { namespace = '', name } = next.metadata
  const home = cluster.get(kindOf('v1', 'Namespace') as Kind, '', namespace)
  if (home?.metadata.labels?.[TENANT.label] !== TENANT.value) return
  const message = messageFor(next.spec ?? {}, namespace)
  if (!message || !says(cluster, message)) return
  throw new StatusError(
    422,
    'Invalid',
    `${resourceName(kind)} "${name}" is forbidden: ValidatingAdmissionPolicy '${APPLIERS}' with binding '${APPLIERS}' denied request: ${message}`,
    {
      ...{ name, group: kind.group, kind: kind.plural },
      causes: [{ message: `ValidatingAdmissionPolicy '${APPLIERS}' denied request: ${message}` }],
    },
  )
}

/** The policy acts while it is bound and still has the validation that says so: one from which it was taken refuses no more. */
function says(cluster: Cluster, message: string): boolean {
  const validations = JSON.stringify(cluster.get(POLICY, '', APPLIERS)?.spec?.validations ?? [])
  const begins = message.split(' ').slice(0, 2).join(' ')
  const actions = cluster.get(BINDING, '', APPLIERS)?.spec?.validationActions as
    | string[]
    | undefined
  return validations.includes(begins) && (actions?.includes('Deny') ?? false)
}

function messageFor(spec: Record<string, unknown>, namespace: string): string | undefined {
  if (spec.serviceAccountName !== 'flux') return "spec.serviceAccountName must be 'flux'"
  if (spec.kubeConfig) return 'spec.kubeConfig is not allowed in a tenant namespace'
  const source = spec.sourceRef as { namespace?: string } | undefined
  const places = {
    'spec.targetNamespace': spec.targetNamespace,
    'spec.sourceRef.namespace': source?.namespace,
  }
  for (const [field, place] of Object.entries(places))
    if (place !== undefined && place !== namespace)
      return `${field} must be the object's own namespace`
  return durationMs(spec.interval) < 30_000 ? 'spec.interval must be at least 30s' : undefined
}
