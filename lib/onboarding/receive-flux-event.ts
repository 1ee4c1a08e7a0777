import { type FluxEvent, revisionOf, sameEventText } from '#lib/flux/event.ts'
import { sha256Bytes } from '#lib/hash.ts'
import type { Platform } from '#lib/runtime/platform.ts'

/** Keeps one event of notification-controller, once, and wakes whatever waits for that namespace. True when it was new. */
export async function receiveFluxEvent(
  platform: Platform,
  from: { clusterId: string; tenantId: string },
  event: FluxEvent,
): Promise<boolean> {
  return platform.db.inContext({ actor: 'sys:hook', tenants: [from.tenantId] }, async (tx) => {
    const { kind, namespace, name } = event.involvedObject
    const severity = event.severity === 'error' ? 'error' : 'info'
    const inserted = await tx.$executeRaw`
      insert into flux_event (event_at, dedupe, cluster_id, tenant_id, service_id, instance_id, object_kind, object_namespace, object_name, severity, reason, message, revision, metadata)
      select ${new Date(event.timestamp)}, ${sha256Bytes(sameEventText(event)).slice(0, 16)}, ${from.clusterId}, ${from.tenantId}, i.service_id, i.id, ${kind}, ${namespace}, ${name},
        ${severity}, ${event.reason}, ${event.message}, ${revisionOf(event)}, ${JSON.stringify(event.metadata ?? {})}::jsonb
      from (select 1) one left join service_instance i on i.cluster_id = ${from.clusterId} and i.namespace = ${namespace} and i.retired_at is null and i.tenant_id = ${from.tenantId}
      on conflict (event_at, dedupe) do nothing`
    if (inserted === 0) return false
    const waiting = await tx.$queryRaw<{ runId: string; ordinal: number }[]>`
      update step_target s set available_at = clock_timestamp() from target t, step p
      where t.id = s.target_id and t.cluster_id = ${from.clusterId} and t.namespace = ${namespace} and s.tenant_id = ${from.tenantId} and s.state = 'waiting'
        and p.run_id = s.run_id and p.ordinal = s.ordinal and p.name = 'await_ready'
      returning s.run_id as "runId", s.ordinal::int as ordinal`
    for (const run of waiting)
      await platform.queue.enqueue(tx, 'run.targets', run, {
        key: `${run.runId}:${run.ordinal}:event`,
      })
    await platform.queue.enqueue(
      tx,
      'cluster.observe',
      { clusterId: from.clusterId },
      { key: from.clusterId, afterSeconds: 1 },
    )
    return true
  })
}
