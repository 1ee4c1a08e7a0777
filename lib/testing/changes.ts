import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { decideChange } from '#lib/onboarding/decide-change.ts'
import { failRun } from '#lib/onboarding/end-run.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { loadRunContext } from '#lib/onboarding/run-context.ts'
import { startChange } from '#lib/onboarding/start-change.ts'
import { recordService } from '#lib/onboarding/steps/record-service.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { aRequest, type TestOrganisation, testOrganisation } from './organisation.ts'

/** One cluster in one environment, where one owner decides. */
export const TEST_ONLY = { targets: [{ environment: 'test', cluster: 'test-eu-1' }] }
/** Scope of what a test does as the worker. */
export const AS_WORKER = { actor: 'sys:worker', tenants: [], reason: 'test' }

const TROUBLE = {
  code: 'namespace_taken',
  detail: 'taken',
  whose: 'yours',
  nextStep: 'look',
} as const

type People = Record<'ada' | 'ben' | 'farah' | 'erik' | 'grace', Viewer>
type Begun = { changeId: string; number: number; runId: string }

export type TestChanges = {
  organisation: TestOrganisation
  viewers: People
  workerDb: Database
  /** A worker without outside systems. */
  worker: WorkerPlatform
  /** SQL as the tables' owner. */
  rows<T>(sql: string, ...values: unknown[]): Promise<T[]>
  /** A request for approval, in the environment test. */
  submitted(
    name: string,
    viewer?: Viewer,
    differs?: Partial<RequestService>,
  ): Promise<{ changeId: string; number: number; planHash: string }>
  /** A change whose run began. */
  running(name: string, differs?: Partial<RequestService>): Promise<Begun>
  /** A change whose run stopped after its records were written. */
  failed(name: string, differs?: Partial<RequestService>): Promise<Begun>
  close(): Promise<void>
}

/** The demonstration organisation with changes brought to a given point of their life, by the product's own commands. */
export async function testChanges(): Promise<TestChanges> {
  const organisation = await testOrganisation()
  const workerDb = connect(organisation.database.workerUrl, { poolSize: 4, timeoutMs: 20_000 })
  const worker = {
    ...organisation.platform,
    db: workerDb,
    worker: 'w-test',
    signer: createSigner(newSigningKey()),
    verifier: 'the verifier',
    log: { info() {}, warn() {}, error() {} },
  } as unknown as WorkerPlatform
  const [ada, ben, farah, erik, grace] = await Promise.all(
    (['ada.okafor', 'ben.carter', 'farah.haddad', 'erik.lund', 'grace.kim'] as const).map((user) =>
      organisation.viewer(user),
    ),
  )
  if (!ada || !ben || !farah || !erik || !grace) throw new Error('the people were not pushed')
  const rows: TestChanges['rows'] = (sql, ...values) =>
    organisation.owner.inContext(AS_WORKER, (tx) => tx.$queryRawUnsafe(sql, ...values))
  const submitted: TestChanges['submitted'] = async (name, viewer = ada, differs = {}) => {
    const answer = await requestService(organisation.platform, viewer, {
      request: aRequest(name, { ...TEST_ONLY, ...differs }),
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 500))
    return answer.value
  }
  const running: TestChanges['running'] = async (name, differs) => {
    const { changeId, number, planHash } = await submitted(name, ada, differs)
    const vote = { changeId, verdict: 'approve', planHash, comment: '' } as const
    await decideChange(organisation.platform, farah, vote)
    await startChange(worker, changeId)
    const [run] = await rows<{ id: string }>(`select id from run where change_id = $1`, changeId)
    return { changeId, number, runId: run?.id ?? '' }
  }
  return {
    organisation,
    viewers: { ada, ben, farah, erik, grace },
    workerDb,
    worker,
    rows,
    submitted,
    running,
    async failed(name, differs) {
      const begun = await running(name, differs)
      await failAfterRecords(worker, begun.runId)
      return begun
    },
    async close() {
      await workerDb.close()
      await organisation.close()
    },
  }
}

async function failAfterRecords(worker: WorkerPlatform, runId: string): Promise<void> {
  await worker.db.inContext(AS_WORKER, async (tx) => {
    const run = await loadRunContext(tx, runId)
    const performed = await recordService.perform(worker, run)
    if (performed.kind !== 'done') throw new Error('the records were not written')
    await performed.commit?.(tx)
    await failRun(worker, tx, run, { step: 3, trouble: TROUBLE })
  })
}
