import { inject } from 'vitest'
import { requestService } from '#lib/onboarding/request-service.ts'
import { type RunTargetRow, readRun } from '#lib/runs/queries.ts'
import type { Trouble } from '#lib/runs/state.ts'
import { controlPlane } from './control-plane.ts'
import { frontOf } from './front.ts'
import { hubTokens } from './hub-tokens.ts'
import { aRequest } from './organisation.ts'
import { type Placed, placedObjects } from './placed-objects.ts'
import { startTestServer } from './postgres.ts'
import { realCluster } from './real-cluster.ts'
import { realParts, until } from './real-parts.ts'
import { retirements } from './retirements.ts'
import { servingWorker } from './serving-worker.ts'

/** Reached directly, and through what stands before it. */
export const [DIRECT, FRONTED] = ['dev-eu-1', 'dev-eu-2'] as const

export type Onboarding = { changeId: string; number: number; name: string; namespace: string }

/** A real cluster registered twice, the product's own commands, and a worker in this process that goes on by itself until the test steps in. */
export async function faultyClusters() {
  const kubeconfig = inject('kubeconfigs')[0] ?? ''
  const real = await realCluster()
  const front = await frontOf(real.access)
  const database = await startTestServer()
  const { caPem, endpoint, token } = real.access
  const parts = await realParts(database.server, [
    { name: DIRECT, endpoint, caPem, token },
    { name: FRONTED, endpoint: front.endpoint, caPem: front.caPem(), token },
  ])
  const worker = await servingWorker(parts)
  const changes = await retirements(parts)
  const iris = await parts.organisation.viewer('iris.novak')
  const plane = controlPlane(kubeconfig)
  const { platform } = parts.organisation

  /** Asks for a service; its change is pre-authorised, and the worker begins at once. */
  async function begun(name: string, cluster: string = DIRECT): Promise<Onboarding> {
    const request = aRequest(name, { targets: [{ environment: 'dev', cluster }] })
    const answer = await requestService(platform, changes.ada, { request })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 800))
    const { changeId, number } = answer.value
    return { changeId, number, name, namespace: `pay-${name}-dev` }
  }

  /** The service's target as its run's page is given it. */
  async function target({ number }: Onboarding): Promise<RunTargetRow | undefined> {
    const run = await readRun(platform, changes.ada, { number, attempt: 1 })
    return run && run.id !== null ? run.targets[0] : undefined
  }

  const idOf = async (cluster: string) => {
    const [row] = await parts.rows<{ id: string }>(
      `select id from cluster where name = $1`,
      cluster,
    )
    return row?.id ?? ''
  }
  return {
    ...{ real, front, plane, parts, platform, iris, begun, target, idOf },
    tokens: hubTokens(kubeconfig, real),
    /** Steps in before the first of such calls that the worker makes from now on; answers what came of it. */
    stepIn(call: string, fault: () => Promise<void>): Promise<void> {
      return new Promise((resolve, reject) =>
        worker.before(async (made) => {
          if (made !== call) return
          worker.before(undefined)
          await fault().then(resolve, reject)
        }),
      )
    },
    /** Waits until priming waits with such a trouble, and answers it. */
    async held(of: Onboarding, code: string): Promise<Trouble> {
      let found: RunTargetRow['prime'] = null
      await until(`priming waits: ${code}`, 60, async () => {
        found = (await target(of))?.prime ?? null
        if (found?.state === 'failed') throw new Error(JSON.stringify(found.error))
        return found?.state === 'waiting' && found.error?.code === code
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${JSON.stringify(found)}`)
      })
      return (found as RunTargetRow['prime'])?.error as Trouble
    },
    /** Waits until the change is closed; answers what stands, for comparison, and how often things happened. */
    async finished(of: Onboarding) {
      await changes.closed(of.changeId)
      return placedObjects(of, { real, parts })
    },
    async close(): Promise<void> {
      await worker.close()
      await parts.close()
      await database.stop()
      front.close()
    },
  }
}

export type FaultyClusters = Awaited<ReturnType<typeof faultyClusters>>

/** What cases of faults are given: the clusters, and what an undisturbed onboarding left. */
export type FaultCases = { at: () => FaultyClusters; calm: () => Placed }
