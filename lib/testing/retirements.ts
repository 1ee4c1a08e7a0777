import { createCluster } from '#lib/adapters/kubernetes/cluster.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { previewRetirement } from '#lib/onboarding/retirement/preview-retirement.ts'
import { retireService } from '#lib/onboarding/retirement/retire-service.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import { aRequest } from './organisation.ts'
import { handOn } from './real-cluster.ts'
import { type RealParts, until } from './real-parts.ts'

export type Running = { id: string; name: string; namespace: string }
export type Workloads = 'prune' | 'orphan'

const CLOSED = 90

/** Services that run on the sandbox's clusters, and their offboarding by the product's own commands. */
export async function retirements(parts: RealParts) {
  const [ada, farah] = await Promise.all([
    parts.organisation.viewer('ada.okafor'),
    parts.organisation.viewer('farah.haddad'),
  ])
  const { platform } = parts.organisation

  const { state, closed, log } = changesOf(parts)
  /** Onboards a service on so many clusters, until Flux says Ready. */
  async function running(name: string, clusters = 1, template?: string): Promise<Running> {
    const request = aRequest(name, {
      ...(template ? { template } : {}),
      targets: parts.clusters
        .slice(0, clusters)
        .map((cluster) => ({ environment: 'dev', cluster: cluster.name })),
    })
    const answer = await requestService(platform, ada, { request })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
    if (answer.value.type !== 'standard') await approved(answer.value)
    await closed(answer.value.changeId)
    const [row] = await parts.rows<{ id: string; namespace: string }>(
      `select c.service_id as id, i.namespace from change c join service_instance i on i.service_id = c.service_id where c.id = $1`,
      answer.value.changeId,
    )
    return { id: row?.id ?? '', namespace: row?.namespace ?? '', name }
  }

  async function asked(service: Running, workloads: Workloads = 'prune') {
    const at = { tenant: 'payments', slug: service.name, workloads }
    const seen = await previewRetirement(platform, ada, at)
    if (!seen) throw new Error('nothing to preview')
    const answer = await retireService(platform, ada, {
      ...{ serviceId: service.id, workloads, confirm: service.name },
      ...{ reason: 'no longer needed', planHash: seen.planHash },
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value
  }

  async function approved(asked: { changeId: string; planHash: string }): Promise<void> {
    const { changeId, planHash } = asked
    const vote = { changeId, planHash, verdict: 'approve', comment: '' } as const
    const answer = await decideChange(platform, farah, vote)
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  }

  const seed = (place: number) => {
    const cluster = parts.clusters[place]
    if (!cluster) throw new Error(`no cluster ${place}`)
    return cluster
  }
  return {
    ada,
    farah,
    running,
    asked,
    approved,
    /** Asked and approved; the worker goes on from there. */
    async begun(service: Running, workloads: Workloads = 'prune') {
      const change = await asked(service, workloads)
      await approved(change)
      return change
    },
    closed,
    state,
    log,
    /** A cluster as the product reaches it. */
    cluster: (place = 0): Cluster =>
      createCluster({ ...seed(place), id: seed(place).name, maxInFlight: 4 }),
    /** Somebody else's hand on it. */
    hand: (place = 0) => handOn(seed(place)),
  }
}

/** How changes stand, and what their runs said. */
function changesOf(parts: RealParts) {
  async function state(changeId: string): Promise<string> {
    const [row] = await parts.rows<{ state: string }>(
      `select state from change where id = $1`,
      changeId,
    )
    return row?.state ?? 'none'
  }

  const closed = (changeId: string, seconds = CLOSED) =>
    until(`the change is closed`, seconds, async () => {
      const now = await state(changeId)
      if (now === 'failed') throw new Error(`it failed: ${await log(changeId)}`)
      return now === 'closed'
    })

  async function log(changeId: string): Promise<string> {
    const lines = await parts.rows<{ text: string }>(
      `select l.text from log_line l join run r on r.id = l.run_id where r.change_id = $1 order by l.line`,
      changeId,
    )
    return lines.map(({ text }) => text).join('\n')
  }

  return { state, closed, log }
}
