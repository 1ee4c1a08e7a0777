import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Applied, Cluster } from '#lib/ports/cluster.ts'

const RIGHTS_SETTLE_TRIES = 5

/** The hub's rights in a namespace are its own RoleBinding: the next request may be refused for some milliseconds. */
export async function applyPatiently(
  cluster: Cluster,
  object: KubernetesObject,
  options: Parameters<Cluster['apply']>[1],
): Promise<Applied> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await cluster.apply(object, options)
    } catch (error) {
      const forbidden = (error as { reason?: string }).reason === 'forbidden'
      if (!forbidden || tries >= RIGHTS_SETTLE_TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** tries))
    }
  }
}
