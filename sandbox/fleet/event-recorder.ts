import { createHash } from 'node:crypto'
import type { SimulatedCluster } from './cluster.ts'
import { type Kind, kindOf } from './kinds.ts'
import type { Occurrence } from './notify.ts'
import { timestamp } from './object.ts'

const EVENT = kindOf('v1', 'Event') as Kind
const NAMESPACE = kindOf('v1', 'Namespace') as Kind

/** Keeps an occurrence as an Event beside its object; the same again counts up. */
export function record(
  cluster: SimulatedCluster,
  { object, severity, reason, message, controller }: Occurrence,
): void {
  const { namespace = '', name, uid = '', resourceVersion = '' } = object.metadata
  const home = cluster.get(NAMESPACE, '', namespace)
  if (!home || home.metadata.deletionTimestamp) return
  const same = createHash('sha256').update(`${uid} ${reason} ${message}`).digest('hex')
  const at = { name: `${name}.${same.slice(0, 16)}`, namespace }
  const known = cluster.get(EVENT, namespace, at.name)
  const now = timestamp()
  if (known) {
    const count = Number(known.count ?? 1) + 1
    cluster.update({ ...known, count, lastTimestamp: now }, controller)
    return
  }
  const { apiVersion, kind } = object
  cluster.create(
    {
      ...{ apiVersion: 'v1', kind: 'Event', metadata: at },
      involvedObject: { apiVersion, kind, namespace, name, uid, resourceVersion },
      type: severity === 'error' ? 'Warning' : 'Normal',
      ...{ reason, message, count: 1, firstTimestamp: now, lastTimestamp: now },
      source: { component: controller },
      ...{ reportingComponent: controller, reportingInstance: '' },
    },
    controller,
  )
}
