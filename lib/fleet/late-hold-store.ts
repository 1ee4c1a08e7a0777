import type { Transaction } from '#lib/db/client.ts'
import { NOT_RETIRING } from './freeze-hold-store.ts'

/** What freezes want of the objects on one cluster, and did not get for long. */
export type LateHolds = {
  /** One of the holds, and its round: names this occasion. */
  holdId: string
  round: number
  clusterId: string
  cluster: string
  /** How the objects should be. */
  wants: 'suspended' | 'running'
  objects: number
  /** Names of the freezes. */
  freezes: string[]
  /** What stood in the way last; null where nothing was tried. */
  detail: string | null
}

/** Clusters on which something should have been suspended or resumed so many minutes ago: each once for as long as that lasts, whichever worker asks. */
export async function takeLateHolds(tx: Transaction, minutes: number): Promise<LateHolds[]> {
  return tx.$queryRaw<LateHolds[]>`
    with late as materialized (
      select h.id, h.round, h.cluster_id, h.state, h.freezes, h.detail from freeze_hold h
      where h.state in ('asked','releasing') and h.told_at is null and h.wanted_at <= clock_timestamp() - make_interval(mins => ${minutes}::int) and ${NOT_RETIRING} for update skip locked),
    told as (update freeze_hold h set told_at = clock_timestamp() from late l where h.id = l.id)
    select min(l.id) as "holdId", max(l.round)::int as round, k.id as "clusterId", k.name as cluster, case l.state when 'asked' then 'suspended' else 'running' end as wants,
      count(*)::int as objects, max(l.detail) as detail,
      array(select distinct f.name from late x cross join lateral unnest(x.freezes) y(id) join change_freeze f on f.id = y.id where x.cluster_id = k.id and x.state = l.state order by 1) as freezes
    from late l join cluster k on k.id = l.cluster_id
    where not exists (select from freeze_hold o where o.cluster_id = l.cluster_id and o.state = l.state and o.told_at is not null)
    group by k.id, k.name, l.state order by k.name, l.state`
}
