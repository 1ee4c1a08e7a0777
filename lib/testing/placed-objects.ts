import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Onboarding } from './faulty-clusters.ts'
import type { RealCluster } from './real-cluster.ts'
import type { RealParts } from './real-parts.ts'

type Row = { apiVersion: string; kind: string; namespace: string; name: string; uid: string }
type Fields = { manager: string; operation: string; fieldsV1: object }

/** What an onboarding left, in a form that is the same for every undisturbed one. */
export type Placed = {
  /** Each recorded object as it stands, with what is ours of its fields; names of the service taken out. */
  objects: string[]
  /** Recorded objects that do not stand, or under another uid. */
  untrue: string[]
  /** Objects that carry our mark in the namespace and are not recorded. */
  unrecorded: string[]
  happened: { runs: number; closings: number; notices: number; retries: number; failures: number }
}

/** Compares the inventory with the cluster, and brings both into a form that can be compared with another onboarding's. */
export async function placedObjects(
  { changeId, name, namespace }: Onboarding,
  { real, parts }: { real: RealCluster; parts: RealParts },
): Promise<Placed> {
  const rows = await parts.rows<Row>(
    `select o.api_version as "apiVersion", o.kind, o.namespace, o.name, o.uid from target_object o join target t on t.id = o.target_id where t.namespace = $1`,
    namespace,
  )
  const found = await Promise.all(
    rows.map(async ({ apiVersion, kind, ...at }) => {
      const metadata = { name: at.name, ...(at.namespace ? { namespace: at.namespace } : {}) }
      return { row: { kind, ...at }, live: await real.admin.read({ apiVersion, kind, metadata }) }
    }),
  )
  const uids = new Set(rows.map(({ uid }) => uid))
  const kinds = new Map(
    rows.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, { apiVersion, kind }]),
  )
  kinds.delete('v1/Namespace')
  const labelSelector = 'app.kubernetes.io/managed-by=stairway'
  const marked = await Promise.all(
    [...kinds.values()].map((kind) => real.hub.list({ ...kind, namespace, labelSelector })),
  )
  return {
    objects: found.map(({ live }) => comparable(live, name)).sort(),
    untrue: found.flatMap(({ row, live }) =>
      live?.metadata.uid === row.uid && !live.metadata.deletionTimestamp
        ? []
        : [`${row.kind}/${row.name}`],
    ),
    unrecorded: marked
      .flat()
      .flatMap(({ kind, metadata }) =>
        uids.has(metadata.uid ?? '') ? [] : [`${kind}/${metadata.name}`],
      ),
    happened: await happened(parts, changeId),
  }
}

function comparable(live: KubernetesObject | null, name: string): string {
  if (!live) return 'null'
  const { status: _status, metadata, data, ...rest } = live
  const managed = (metadata.managedFields ?? []) as Fields[]
  const ours = managed.filter(({ manager }) => manager === 'stairway')
  return JSON.stringify({
    ...rest,
    data: live.kind === 'Secret' ? Object.keys(data ?? {}).sort() : data,
    labels: metadata.labels,
    annotations: metadata.annotations,
    ours: ours.map(({ operation, fieldsV1 }) => ({ operation, fieldsV1 })),
    name: metadata.name,
    namespace: metadata.namespace,
  })
    .replaceAll(/clu_[a-z0-9]+|dev-eu-\d/gi, '<cluster>')
    .replaceAll(name, '<service>')
}

async function happened(parts: RealParts, changeId: string): Promise<Placed['happened']> {
  const [row] = await parts.rows<Placed['happened']>(
    `select (select count(*)::int from run where change_id = $1) as runs,
      (select count(*)::int from change_transition where change_id = $1 and to_state = 'closed') as closings,
      (select count(*)::int from notice where change_id = $1 and event like 'change.ready%') as notices,
      (select count(*)::int from change_transition where change_id = $1 and to_state = 'failed') as failures,
      (select count(*)::int from log_line l join run r on r.id = l.run_id where r.change_id = $1 and l.text like '%retried what failed%') as retries`,
    changeId,
  )
  if (!row) throw new Error('the change is not there')
  return row
}
