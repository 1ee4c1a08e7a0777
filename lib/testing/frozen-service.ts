import { createGithubSourceHost } from '#lib/adapters/github/source-host.ts'
import { actOnInstance } from '#lib/onboarding/act-on-instance.ts'
import { followFreezes, holdCluster } from '#lib/onboarding/freezes/hold-flux.ts'
import { endFreeze, saveFreeze } from '#lib/onboarding/freezes/save-freeze.ts'
import { observeCluster } from '#lib/onboarding/observe-cluster.ts'
import { OperateService } from '#lib/onboarding/operate-service.schema.ts'
import { operateService } from '#lib/onboarding/operate-service.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { aFreeze } from './freezes.ts'
import { byHand } from './hand.ts'
import { inProcessWorker } from './in-process-worker.ts'
import { aRequest } from './organisation.ts'
import { type RealParts, until } from './real-parts.ts'

type Place = { serviceId: string; instanceId: string; clusterId: string; namespace: string }

/** A service of payments that runs in dev on the first cluster. Then the worker's process is gone. */
async function placed(parts: RealParts, name: string) {
  const process = await parts.startWorker()
  const [cluster] = parts.clusters
  if (!cluster) throw new Error('no cluster')
  const ada = await parts.organisation.viewer('ada.okafor')
  const request = aRequest(name, { targets: [{ environment: 'dev', cluster: cluster.name }] })
  const answer = await requestService(parts.organisation.platform, ada, { request })
  if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
  await until('the change is closed', 90, async () => {
    const rows = await parts.rows(`select 1 from change where state = 'closed'`)
    return rows.length > 0
  })
  await process.kill()
  const [at] = await parts.rows<Place>(
    `select service_id as "serviceId", id as "instanceId", cluster_id as "clusterId", namespace from service_instance`,
  )
  if (!at) throw new Error('no instance')
  return { at, cluster, ada }
}

/** What stands in the tables of holds. */
function records(parts: RealParts, { serviceId }: Place) {
  return {
    /** Whatever was claimed or put off is due again. */
    passed: () =>
      parts.rows(
        `update freeze_hold set lease_until = now(), retry_at = null where ended_at is null returning 1`,
      ),
    /** The newest hold. */
    holds: () =>
      parts.rows<{ state: string; detail: string | null; freezes: number }>(
        `select state, detail, cardinality(freezes) as freezes from freeze_hold order by asked_at desc, id desc limit 1`,
      ),
    /** What the audit says of holds since then, in order. */
    async told(since: number): Promise<string[]> {
      const rows = await parts.rows<{ action: string }>(
        `select replace(action, 'freeze.flux_', '') as action from audit_event where action like 'freeze.flux%' and subject = $1 and seq > $2::bigint order by seq`,
        serviceId,
        since,
      )
      return rows.map(({ action }) => action)
    },
    /** How far the audit of holds is. */
    async audited(): Promise<number> {
      const [row] = await parts.rows<{ seq: number }>(
        `select coalesce(max(seq), 0)::int as seq from audit_event where action like 'freeze.flux%'`,
      )
      return row?.seq ?? 0
    },
  }
}

/** A running service under freezes that hold Flux; what the worker would do is done when the test says. */
export async function frozenService(parts: RealParts, name: string) {
  const { platform } = parts.organisation
  const { at, cluster, ada } = await placed(parts, name)
  const grace = await parts.organisation.viewer('grace.kim')
  const record = records(parts, at)
  const worker = inProcessWorker(parts.organisation)
  const path = `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${at.namespace}/kustomizations/${name}`
  const scope = { tenants: ['payments'], environments: ['dev'], clusters: [] }
  const hold = () => holdCluster(worker.platform, at.clusterId)
  // a look reads what was applied, too
  const sourceHost = createGithubSourceHost({
    ...{ apiUrl: parts.gitUrl, token: 'token', writesPerMinute: 100_000 },
  })
  const looking = { ...worker.platform, sourceHost }
  const observe = () => observeCluster(looking, at.clusterId)
  const hand = (body: object) => byHand(cluster, { path, body, manager: 'kubectl-patch' })

  /** Asks for an act as one of the service's people; answers its id. */
  async function asks(kind: 'suspend' | 'resume'): Promise<string> {
    const fields = kind === 'suspend' ? { hours: 2 } : {}
    const about = { kind, serviceId: at.serviceId, reason: 'a test', ...fields }
    const asked = await operateService(platform, ada, OperateService.parse(about))
    if (!asked.ok) throw new Error(asked.error.code)
    const [action] = await parts.rows<{ id: string }>(
      `select id from flux_action order by asked_at desc limit 1`,
    )
    return action?.id ?? ''
  }

  async function turn(): Promise<void> {
    await followFreezes(worker.platform)
    await hold()
    await observe()
  }

  return {
    ...{ at, cluster, worker, ada, grace, asks, hold, observe, hand, turn, scope },
    ...record,
    async suspended(): Promise<boolean> {
      const found = (await byHand(cluster, { method: 'GET', path })) as {
        spec: { suspend?: boolean }
      }
      return found.spec.suspend === true
    },
    /** A freeze over it that holds Flux, and lasts. */
    async begin(called: string, wider: Partial<typeof scope> = {}): Promise<string> {
      const freeze = aFreeze({ name: called, scope: { ...scope, ...wider }, holdsFlux: true })
      const saved = await saveFreeze(platform, grace, freeze)
      if (!saved.ok) throw new Error(JSON.stringify(saved.error))
      return saved.value.freezeId
    },
    end: (freezeId: string) =>
      endFreeze(platform, grace, { freezeId, reason: 'the books closed early' }),
    /** Asks for an act as one of the service's people, and does it. */
    act: async (kind: 'suspend' | 'resume') => actOnInstance(worker.platform, await asks(kind)),
    /** Nothing holds it any more, and nobody suspended it. */
    async thaw(): Promise<void> {
      worker.before(undefined)
      await parts.fleetFaults([])
      await parts.rows(
        `update change_freeze set ended_at = now(), ended_by = (select id from person limit 1), end_reason = 'test over' where ended_at is null returning 1`,
      )
      await record.passed()
      await turn()
      await hand({ metadata: { annotations: { 'stairway.internal/suspended-by': null } } })
      await hand({ spec: { suspend: null } })
      await parts.rows(`delete from flux_action returning 1`)
      await observe()
    },
    close: () => worker.close(),
  }
}
