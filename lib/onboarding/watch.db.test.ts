import { afterAll, beforeAll, expect, test } from 'vitest'
import { aRequest } from '#lib/testing/organisation.ts'
import { handOn } from '#lib/testing/real-cluster.ts'
import { type RealParts, realParts, until } from '#lib/testing/real-parts.ts'
import { requestService } from './request-service.ts'

let parts: RealParts

beforeAll(async () => {
  parts = await realParts()
})
afterAll(() => parts?.close())

const NEVER_READY = { kind: 'never_ready' }
const NO_WATCH = { kind: 'no_watch' }
/** Far less than the 30 seconds between two polls of a target that waited long. */
const SOON_SECONDS = 12
const WAITING = `select 1 from step_target s join run r on r.id = s.run_id join step p on p.run_id = s.run_id and p.ordinal = s.ordinal
  where r.change_id = $1 and p.name = 'await_ready' and s.state = 'waiting'`
/** A target that waited long is looked at every 30 seconds. */
const SLOWED = `update step_target s set attempts = 100 from run r, step p
  where r.id = s.run_id and r.change_id = $1 and p.run_id = s.run_id and p.ordinal = s.ordinal and p.name = 'await_ready' returning s.run_id`

/** Asks for a service that does not get ready, and waits until the run waits for Flux. */
async function waitingForFlux(name: string): Promise<string> {
  const ada = await parts.organisation.viewer('ada.okafor')
  const asked = await requestService(parts.organisation.platform, ada, {
    request: aRequest(name, { targets: [{ environment: 'dev', cluster: 'dev-eu-1' }] }),
  })
  if (!asked.ok) throw new Error(JSON.stringify(asked.error))
  const { changeId } = asked.value
  await until('it waits', 40, async () => (await parts.rows(WAITING, changeId)).length > 0)
  return changeId
}

async function isReady(name: string): Promise<boolean> {
  const cluster = parts.clusters.find((each) => each.name === 'dev-eu-1')
  if (!cluster) throw new Error('no dev-eu-1')
  const found = await handOn(cluster).read({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: `pay-${name}-dev` },
  })
  const { conditions = [] } = (found?.status ?? {}) as {
    conditions?: { type: string; status: string }[]
  }
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

const isClosed = (changeId: string) => async () =>
  (await parts.rows(`select 1 from change where id = $1 and state = 'closed'`, changeId)).length > 0

test('Ready is seen at once by the watch, though the target is looked at every 30 seconds', async () => {
  await parts.fleetFaults([NEVER_READY])
  const worker = await parts.startWorker()
  try {
    const changeId = await waitingForFlux('watched')
    expect(await parts.rows(SLOWED, changeId)).toHaveLength(1)
    await parts.fleetFaults([])
    await until('Flux says Ready', 40, () => isReady('watched'))
    await until('it is closed', SOON_SECONDS, isClosed(changeId))
  } finally {
    await worker.kill()
  }
}, 120_000)

test('with every watch refused it ends all the same, by the poll', async () => {
  await parts.fleetFaults([NEVER_READY, NO_WATCH])
  const worker = await parts.startWorker()
  try {
    const changeId = await waitingForFlux('unwatched')
    await parts.fleetFaults([NO_WATCH])
    await until('it is closed', 80, isClosed(changeId))
  } finally {
    await worker.kill()
  }
}, 140_000)
