import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import {
  letGoOfChange,
  readFollowed,
  type TakenChange,
  takeChange,
} from '#lib/servicenow/change-store.ts'
import { lineFails, lineWorks, type OpenLine, openLine } from '#lib/servicenow/line-store.ts'
import { ensureRecord } from './ensure-record.ts'
import { isOfTheLine, reachInstance, waitAfter, wordsOf } from './reach-instance.ts'
import { Later, Lost, SCOPE, type Sync, type SyncLimits } from './sync-context.ts'
import { walkRecord } from './walk-record.ts'

const LIMITS: SyncLimits = { leaseSeconds: 60, settleSeconds: 150 }

/**
 * Tells ServiceNow all of a change that it lacks: its record, found by the correlation id or made; every move and vote in the journal, once; and the record's state, by
 * legal moves. What is told counts as told only after ServiceNow confirmed it. A repeat finds what is there.
 */
export async function syncChange(
  platform: WorkerPlatform,
  changeId: string,
  limits: SyncLimits = LIMITS,
): Promise<void> {
  const { db } = platform
  const taken = await db.inContext(SCOPE, (tx) => takeChange(tx, changeId, limits.leaseSeconds))
  if (!taken) return
  const line = await db.inContext(SCOPE, (tx) => openLine(tx, taken.tenantId))
  try {
    if (line) await tellAll(platform, { taken, line, limits })
    await db.inContext(SCOPE, (tx) => letGoOfChange(tx, taken, { confirmed: taken.wanted }))
    await db.inContext(SCOPE, (tx) => lineWorks(tx, taken.tenantId))
  } catch (error) {
    if (error instanceof Lost) return
    await putOff(platform, { taken, failures: line?.failures ?? 0 }, error)
  }
}

async function tellAll(
  platform: WorkerPlatform,
  { taken, line, limits }: Pick<Sync, 'taken' | 'limits'> & { line: OpenLine },
): Promise<void> {
  const { mode } = line
  if (mode === 'off') throw new Later(null, { afterSeconds: 60 })
  const change = await platform.db.inContext(SCOPE, (tx) => readFollowed(tx, taken.changeId))
  const instance = reachInstance(platform, line)
  const sync: Sync = { platform, taken, change, line: { ...line, mode }, instance, limits }
  const record = await ensureRecord(sync)
  await walkRecord(sync, record)
}

/** What concerns the whole instance stops all of the tenant for a while; what concerns the change, that alone. */
async function putOff(
  platform: WorkerPlatform,
  { taken, failures }: { taken: TakenChange; failures: number },
  error: unknown,
): Promise<void> {
  const { db, log } = platform
  const { changeId, tenantId } = taken
  if (isOfTheLine(error)) {
    const afterSeconds = waitAfter(failures, error)
    await db.inContext(SCOPE, (tx) =>
      letGoOfChange(tx, taken, { said: null, afterSeconds: Math.min(afterSeconds, 10) }),
    )
    const failed = { said: wordsOf(error), afterSeconds }
    const isNew = await db.inContext(SCOPE, (tx) => lineFails(tx, tenantId, failed))
    if (isNew) log.warn({ tenant: tenantId, error }, 'ServiceNow does not take changes')
    return
  }
  const own =
    error instanceof Later
      ? error
      : new Later(wordsOf(error), { afterSeconds: waitAfter(taken.failures, error) })
  await db.inContext(SCOPE, (tx) =>
    letGoOfChange(tx, taken, {
      said: own.said?.slice(0, 500) ?? null,
      afterSeconds: own.afterSeconds,
    }),
  )
  if (!(error instanceof Later))
    log.error({ change: changeId, error }, 'ServiceNow does not take a change')
}
