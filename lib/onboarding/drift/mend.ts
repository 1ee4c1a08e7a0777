import { AdapterError } from '#lib/adapter-error.ts'
import type { Finding } from '#lib/fleet/drift/finding.ts'
import type { FieldPath } from '#lib/fleet/drift/managed-fields.ts'
import { type Remedy, remedyOf } from '#lib/fleet/drift/remedy.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Applied, Cluster } from '#lib/ports/cluster.ts'
import { lookAt, readLive, refOf } from './look-at.ts'

export type Mended = { uid: string | null } | { left: string }

const LOOKS = 5

/** Looks at an object and puts it right, anew where somebody wrote in between: a controller that writes its status, or a person. Null where nothing differs. */
export async function putRight(
  cluster: Cluster,
  wanted: KubernetesObject,
  by: { takeOver: boolean; existedBefore?: boolean; held?: boolean },
): Promise<{ finding: Finding; mended: Mended } | null> {
  for (let looks = 1; ; looks += 1) {
    const live = await patiently(() => readLive(cluster, wanted))
    const finding = await lookAt(cluster, wanted, live, by)
    if (!finding) return null
    try {
      return { finding, mended: await mend(cluster, { wanted, live, finding }, by) }
    } catch (error) {
      const moved = error instanceof AdapterError && ['conflict', 'replaced'].includes(error.reason)
      if (!moved || looks >= LOOKS) throw error
    }
  }
}

type Differing = { wanted: KubernetesObject; live: KubernetesObject | null; finding: Finding }

/**
 * Puts one object right with the approved bytes. Every write names the state that was looked at: who writes in between is not overwritten, the
 * server refuses and the next try looks anew.
 */
export async function mend(
  cluster: Cluster,
  { wanted, live, finding }: Differing,
  { takeOver, existedBefore = false, held = false }: Parameters<typeof putRight>[2],
): Promise<Mended> {
  const remedy = remedyOf(finding, { takeOver, held })
  if (remedy.act === 'leave') return { left: remedy.why }
  if (remedy.act === 'wait') return { left: 'is being deleted' }
  if (!live) return outcomeOf(await patiently(() => cluster.apply(wanted, {})))
  if (remedy.act === 'recreate' && existedBefore)
    return { left: 'stood before us, and what differs cannot be changed without deleting it' }
  if (remedy.act === 'recreate') {
    await cluster.remove(refOf(wanted), live.metadata.uid, live.metadata.resourceVersion)
    return outcomeOf(await patiently(() => cluster.apply(wanted, {})))
  }
  return remedy.act === 'mend' ? inPlace(cluster, { wanted, live }, remedy) : { left: '' }
}

async function inPlace(
  cluster: Cluster,
  { wanted, live }: { wanted: KubernetesObject; live: KubernetesObject },
  { apply, resume, strip }: Extract<Remedy, { act: 'mend' }>,
): Promise<Mended> {
  let { resourceVersion } = live.metadata
  if (apply) {
    const onto = onState(wanted, resourceVersion)
    const applied = await cluster.apply(onto, { force: apply.force })
    if (applied.outcome === 'conflict') return outcomeOf(applied)
    resourceVersion = applied.resourceVersion
  }
  const away: FieldPath[] = [...(resume ? [['spec', 'suspend']] : []), ...strip]
  if (away.length === 0) return { uid: live.metadata.uid ?? null }
  const fields = without(away)
  const metadata = resourceVersion ? { metadata: { resourceVersion } } : {}
  const patched = await cluster.patch(refOf(wanted), { ...fields, ...metadata })
  return patched === 'absent' ? { left: 'is gone meanwhile' } : { uid: live.metadata.uid ?? null }
}

function onState(wanted: KubernetesObject, resourceVersion: string | undefined): KubernetesObject {
  const metadata = { ...wanted.metadata, ...(resourceVersion ? { resourceVersion } : {}) }
  return { ...wanted, metadata }
}

/** A merge patch that takes fields away. */
function without(paths: readonly FieldPath[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const path of paths) {
    let at = fields
    for (const step of path.slice(0, -1)) {
      const next = (at[step] ?? {}) as Record<string, unknown>
      at[step] = next
      at = next
    }
    at[path.at(-1) ?? ''] = null
  }
  return fields
}

function outcomeOf(applied: Applied): Mended {
  if (applied.outcome !== 'conflict') return { uid: applied.uid }
  const owners = applied.owners.map(({ manager, fields }) => `${manager} (${fields.join(', ')})`)
  return { left: `held by ${owners.join('; ') || 'others'}` }
}

const TRIES = 6

/** Our rights in a namespace come of a binding that we may just have placed anew: the server knows of it some milliseconds later. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      const forbidden = error instanceof AdapterError && error.reason === 'forbidden'
      if (!forbidden || tries >= TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, 40 * 2 ** tries))
    }
  }
}
