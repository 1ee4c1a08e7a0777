import { AdapterError } from '#lib/adapter-error.ts'
import { handOverCommand, isHandedOver } from '#lib/flux/adoption/standing.ts'
import { LABELS } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import type { Approved } from './approved-objects.ts'
import { readLive } from './look-at.ts'

/** On a rebuilt cluster somebody else may have made a namespace of our name: nothing in it is touched. One that was adopted is never made by us. Throws then. */
export async function refuseTaken(cluster: Cluster, approved: readonly Approved[]): Promise<void> {
  const ours = approved.find(({ placed }) => placed.kind === 'Namespace')
  if (!ours) return
  const { wanted, placed } = ours
  const live = await readLive(cluster, wanted)
  const why = placed.existedBefore ? whyNotAdopted(wanted, live) : whyNotOurs(wanted, live)
  if (!why) return
  throw new AdapterError({
    system: 'kubernetes',
    operation: 'repair',
    reason: 'conflict',
    retryable: false,
    detail: `namespace ${wanted.metadata.name} ${why}; nothing in it was touched`,
  })
}

/** Whether the namespace of a target was adopted. */
export function isAdopted(approved: readonly Approved[]): boolean {
  return approved.some(({ placed }) => placed.kind === 'Namespace' && placed.existedBefore)
}

function whyNotOurs(wanted: KubernetesObject, live: KubernetesObject | null): string | undefined {
  if (!live) return undefined
  const isOurs = [LABELS.managedBy, LABELS.service].every(
    (label) => live.metadata.labels?.[label] === wanted.metadata.labels?.[label],
  )
  return isOurs ? undefined : 'was made by somebody else'
}

function whyNotAdopted(
  wanted: KubernetesObject,
  live: KubernetesObject | null,
): string | undefined {
  const { name } = wanted.metadata
  if (!live)
    return 'was adopted, not made by us, and is gone: whoever owns it restores it and an administrator labels it, then ask for the repair'
  const labels = live.metadata.labels ?? {}
  const service = labels[LABELS.service]
  if (service !== undefined && service !== wanted.metadata.labels?.[LABELS.service])
    return `belongs to ${service} now`
  return isHandedOver(labels)
    ? undefined
    : `was adopted and is not handed over any more: an administrator runs: ${handOverCommand(name)}`
}
