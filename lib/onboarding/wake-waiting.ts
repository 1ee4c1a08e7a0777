import type { WorkerPlatform } from '#lib/runtime/platform.ts'

export type Changed = { clusterId: string; namespace: string }
export type Woken = {
  /** Looks that were brought forward. */
  woken: number
  /** Where a look was under way, which may have read before the change. */
  busy: Changed[]
}

const SCOPE = { actor: 'sys:worker', tenants: [] }

/**
 * What changed on clusters is looked at now: targets that wait for Flux in those namespaces, and the clusters as a whole. It says when to look, never what is
 * so: whoever hears nothing looks at the usual time.
 */
export async function wakeWaiting(
  platform: Pick<WorkerPlatform, 'db' | 'queue'>,
  changed: readonly Changed[],
): Promise<Woken> {
  const rows = JSON.stringify(changed)
  return platform.db.inContext(SCOPE, async (tx) => {
    const waiting = await tx.$queryRaw<{ runId: string; ordinal: number }[]>`
      update step_target s set available_at = clock_timestamp()
      from target t, step p, jsonb_to_recordset(${rows}::jsonb) as x("clusterId" text, namespace text)
      where t.id = s.target_id and t.cluster_id = x."clusterId" and t.namespace = x.namespace and s.state = 'waiting' and s.available_at > clock_timestamp()
        and p.run_id = s.run_id and p.ordinal = s.ordinal and p.name = 'await_ready'
      returning s.run_id as "runId", s.ordinal::int as ordinal`
    const runs = new Map(waiting.map((run) => [`${run.runId}:${run.ordinal}`, run]))
    for (const [key, run] of runs)
      await platform.queue.enqueue(tx, 'run.targets', run, { key: `${key}:event` })
    const clusters = new Set(changed.map(({ clusterId }) => clusterId))
    for (const clusterId of clusters)
      await platform.queue.enqueue(
        tx,
        'cluster.observe',
        { clusterId },
        { key: clusterId, afterSeconds: 1 },
      )
    const busy = await tx.$queryRaw<Changed[]>`
      select distinct x."clusterId", x.namespace
      from step_target s, target t, step p, jsonb_to_recordset(${rows}::jsonb) as x("clusterId" text, namespace text)
      where t.id = s.target_id and t.cluster_id = x."clusterId" and t.namespace = x.namespace and s.state = 'running'
        and p.run_id = s.run_id and p.ordinal = s.ordinal and p.name = 'await_ready'`
    return { woken: waiting.length, busy }
  })
}
