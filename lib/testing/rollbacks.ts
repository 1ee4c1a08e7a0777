import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { lookOutside } from '#lib/onboarding/look-outside.ts'
import { observeCluster } from '#lib/onboarding/observe-cluster.ts'
import { previewRollback } from '#lib/onboarding/rollback/preview-rollback.ts'
import type { RollBack } from '#lib/onboarding/rollback/roll-back.schema.ts'
import { rollBack } from '#lib/onboarding/rollback/roll-back.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { inProcessWorker } from './in-process-worker.ts'
import { pushes } from './pushes.ts'
import { type RealParts, until } from './real-parts.ts'
import { type Running, retirements } from './retirements.ts'

const SOURCE_API = 'source.toolkit.fluxcd.io/v1'

export type Wish = {
  commit: string | null
  clusters?: string[]
  viewer?: Viewer
  emergency?: RollBack['emergency']
}

/** Services that run, commits pushed to them, and rollbacks by the product's own commands. */
export async function rollbacks(parts: RealParts) {
  const at = await retirements(parts)
  const worker = inProcessWorker(parts.organisation)
  const host = { apiUrl: parts.gitUrl, token: 'token', writesPerMinute: 100_000 }
  const sourceHost = createGithubSourceHost(host)
  const hand = { ...worker.platform, sourceHost } as WorkerPlatform
  const { platform } = parts.organisation
  const { runs, poked, ...look } = looks(at)
  const { asked, ...asks } = asking({ parts, hand, at })

  /** Waits until Flux says Ready at a commit, and has the product see it. */
  async function delivered(service: Running, commit: string, places = [0]): Promise<void> {
    for (const place of places) {
      await poked(service, place)
      await until(`Ready at ${commit} on ${place}`, 90, async () =>
        (await runs(service, place)).endsWith(commit),
      )
    }
    await seen()
  }

  async function seen(): Promise<void> {
    for (const { id } of await parts.rows<{ id: string }>(
      `select distinct cluster_id as id from service_instance where retired_at is null`,
    ))
      await observeCluster(hand, id)
  }

  return {
    ...at,
    /** What jobs need, in this process. */
    hand,
    /** Somebody else's hand on a cluster. */
    handAt: at.hand,
    ...pushes(parts),
    ...look,
    ...asks,
    runs,
    poked,
    asked,
    seen,
    delivered,
    async begun(service: Running, wish: Wish) {
      const change = await asked(service, wish)
      await at.approved(change)
      return change
    },
    /** Offboarding, asked and approved. */
    retired: at.begun,
    decide: (viewer: Viewer, { changeId, planHash }: { changeId: string; planHash: string }) =>
      decideChange(platform, viewer, { changeId, planHash, verdict: 'approve', comment: '' }),
    close: () => worker.close(),
  }
}

/** What stands on the clusters of a service. */
function looks(at: Awaited<ReturnType<typeof retirements>>) {
  const read = (service: Running, apiVersion: string, kind: string, place = 0) =>
    at.cluster(place).read({
      ...{ apiVersion, kind, namespace: service.namespace, name: service.name },
    })

  /** Has the source fetched at once, as a push with a Receiver does, and waits until that is over. */
  async function poked(service: Running, place = 0): Promise<void> {
    const { namespace, name } = service
    const token = `${performance.now()}`
    const annotations = { 'reconcile.fluxcd.io/requestedAt': token }
    const source = { apiVersion: SOURCE_API, kind: 'GitRepository', namespace, name }
    await at.cluster(place).patch(source, { metadata: { annotations } })
    await until('the source is fetched', 60, async () => {
      const found = await read(service, SOURCE_API, 'GitRepository', place)
      return (
        (found?.status as { lastHandledReconcileAt?: string } | undefined)
          ?.lastHandledReconcileAt === token
      )
    })
  }

  /** How many old ReplicaSets the running Deployment keeps: what a commit of these tests changes. */
  async function keeps(service: Running, place = 0): Promise<unknown> {
    const found = await read(service, 'apps/v1', 'Deployment', place)
    return (found?.spec as { revisionHistoryLimit?: number } | undefined)?.revisionHistoryLimit
  }

  async function runs(service: Running, place = 0): Promise<string> {
    const found = await read(service, 'kustomize.toolkit.fluxcd.io/v1', 'Kustomization', place)
    const status = found?.status as
      | { lastAppliedRevision?: string; conditions?: { type: string; status: string }[] }
      | undefined
    const ready = status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')
    return ready ? (status?.lastAppliedRevision ?? '') : ''
  }

  return { read, poked, keeps, runs }
}

type Asking = {
  parts: RealParts
  hand: WorkerPlatform
  at: Awaited<ReturnType<typeof retirements>>
}

/** Rollbacks asked by the product's own commands. */
function asking({ parts, hand, at }: Asking) {
  const { platform } = parts.organisation

  const chosen = (service: Running, { commit, clusters = [], emergency }: Wish) => ({
    emergency: emergency !== undefined,
    ...{ tenant: 'payments', slug: service.name, environment: 'dev', commit, clusters },
  })

  /** The plan as the page shows it, once the Git host was asked. */
  async function previewed(service: Running, wish: Wish) {
    const viewer = wish.viewer ?? at.ada
    const name = { org: 'payments', name: service.name }
    const first = await previewRollback(platform, viewer, chosen(service, wish))
    const runsNow = [...new Set(first?.instances.flatMap(({ runs: now, pinned }) => [now, pinned]))]
    const pairs = runsNow.flatMap((now) => {
      if (!now) return []
      return wish.commit
        ? [{ ...name, base: wish.commit, head: now }]
        : [{ ...name, base: now, head: 'main' }]
    })
    const reach = wish.commit ? [{ ...name, base: wish.commit, head: 'main' }] : []
    await lookOutside(hand, { repository: null, namespaces: [], commits: [...pairs, ...reach] })
    return previewRollback(platform, viewer, chosen(service, wish))
  }

  async function ask(service: Running, wish: Wish, planHash?: string) {
    const shown = await previewed(service, wish)
    return rollBack(platform, wish.viewer ?? at.ada, {
      ...{ serviceId: service.id, environment: 'dev', reason: 'it broke' },
      ...{ commit: wish.commit, clusters: wish.clusters ?? [] },
      emergency: wish.emergency,
      planHash: planHash ?? shown?.choice?.planHash ?? '0'.repeat(64),
    })
  }

  async function asked(service: Running, wish: Wish) {
    const answer = await ask(service, wish)
    if (!answer.ok) throw new Error(JSON.stringify(answer.error))
    return answer.value
  }

  return { previewed, ask, asked }
}
