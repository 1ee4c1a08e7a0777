import { refuseByPolicy } from './admission.ts'
import { type Kind, kindOf } from './kinds.ts'
import { validateNames } from './names.ts'
import type { KubeObject } from './object.ts'
import { refuseImmutable } from './preconditions.ts'
import { QUOTA, refuseOverQuota } from './quota.ts'
import { notFound, terminating } from './status.ts'

type Cluster = {
  get(kind: Kind, namespace: string, name: string): KubeObject | undefined
  list(kind: Kind, namespace: string): KubeObject[]
}

const NAMESPACE = kindOf('v1', 'Namespace') as Kind

/** Everything but schema and ownership that may refuse an object on its way in. */
export function admit(
  cluster: Cluster,
  kind: Kind,
  { next, live }: { next: KubeObject; live: KubeObject | undefined },
): void {
  validateNames(kind, next)
  if (live) refuseImmutable(kind, live, next)
  const { namespace = '', name } = next.metadata
  const home = kind.namespaced ? cluster.get(NAMESPACE, '', namespace) : undefined
  if (kind.namespaced && !home) throw notFound(NAMESPACE, namespace)
  if (!live && home?.metadata.deletionTimestamp) throw terminating(kind, name, namespace)
  refuseByPolicy(cluster, kind, { next, live })
  if (live || !home) return
  const count = (counted: Kind) => cluster.list(counted, namespace).length
  refuseOverQuota(kind, name, { quotas: cluster.list(QUOTA, namespace), count })
}
