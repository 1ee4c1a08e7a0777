import { KINDS, type Kind } from './kinds.ts'
import { type KubeObject, timestamp } from './object.ts'
import { resourceName } from './status.ts'

type Left = { kind: Kind; object: KubeObject }
type Condition = { type: string; status: string; reason: string; message: string }

/** Kinds of what stands in namespaces. */
export const NAMESPACED: readonly Kind[] = KINDS.filter((kind) => kind.namespaced)

/** What a namespace says while it is being deleted: what is left in it, and which finalizers hold that. */
export function endingStatus(left: readonly Left[]): Record<string, unknown> {
  const held = left.flatMap(({ object }) => object.metadata.finalizers ?? [])
  const contents = counted(
    left.map(({ kind }) => `${resourceName(kind)}.`),
    (name, count) => `${name} has ${count} resource instances`,
  )
  const finalizers = counted(held, (name, count) => `${name} in ${count} resource instances`)
  const conditions: Condition[] = [
    condition('NamespaceDeletionDiscoveryFailure', 'False', {
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    }),
    condition('NamespaceContentRemaining', left.length > 0 ? 'True' : 'False', {
      reason: left.length > 0 ? 'SomeResourcesRemain' : 'ContentRemoved',
      message:
        left.length > 0
          ? `Some resources are remaining: ${contents}`
          : 'All content successfully removed',
    }),
    condition('NamespaceFinalizersRemaining', held.length > 0 ? 'True' : 'False', {
      reason: held.length > 0 ? 'SomeFinalizersRemain' : 'ContentHasNoFinalizers',
      message:
        held.length > 0
          ? `Some content in the namespace has finalizers remaining: ${finalizers}`
          : 'All content-preserving finalizers finished',
    }),
  ]
  return { phase: 'Terminating', conditions }
}

function condition(
  type: string,
  status: string,
  { reason, message }: { reason: string; message: string },
): Condition & { lastTransitionTime: string } {
  return { type, status, lastTransitionTime: timestamp(), reason, message }
}

function counted(names: readonly string[], say: (name: string, count: number) => string): string {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => say(name, count)).join(', ')
}
