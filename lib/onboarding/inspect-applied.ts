import { AdapterError } from '#lib/adapter-error.ts'
import { type InspectedRow, lastErrors, loadInspections } from '#lib/fleet/inspection-store.ts'
import { explained, needsEvidence } from '#lib/flux/evidence.ts'
import { Inspection, inspect, withFindings, worthInspecting } from '#lib/flux/inspection.ts'
import { commitOf } from '#lib/flux/readiness.ts'
import { unsaid } from '#lib/flux/silence.ts'
import { mapOf, seenOf, textOf } from '#lib/flux/status.ts'
import type { Readiness } from '#lib/flux/verdict.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { Cluster } from '#lib/ports/cluster.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { readManifests } from './read-manifests.ts'

export type Judged = { object: KubernetesObject; verdict: Readiness; inspection?: Inspection }

/** So many Kustomizations are looked behind, and so many explained by their Events, in one look at a cluster; the others wait for the next. */
const MOST_INSPECTED = 25
const MOST_EXPLAINED = 10

/**
 * Looks behind what Kustomizations say of themselves. Ready ones that changed since their last inspection are inspected: two lists in their namespace
 * and the few files that they build from; what was found stands until the next. Failing ones are explained by Events, and by whether Flux sent any.
 */
export async function inspectApplied(
  platform: WorkerPlatform,
  at: { clusterId: string; cluster: Cluster; now: Date },
  judged: readonly Judged[],
): Promise<Judged[]> {
  const scope = { actor: 'sys:worker', tenants: [] }
  const failing = judged.filter(({ verdict }) => /^failing/.test(verdict.status))
  const known = await platform.db.inContext(scope, async (tx) => ({
    rows: await loadInspections(tx, at.clusterId),
    errors: await lastErrors(
      tx,
      at.clusterId,
      failing.map(({ object }) => placeOf(object)),
    ),
  }))
  const rows = new Map(known.rows.map((row) => [keyOf(row), row]))
  const errors = new Map(known.errors.map((error) => [keyOf(error), error.at]))
  const due = judged.filter((one) => isDue(one, rows.get(keyOf(placeOf(one.object)))))
  const inspected = new Set(due.slice(0, MOST_INSPECTED))
  const explainable = new Set(
    judged.filter(({ verdict }) => needsEvidence(verdict)).slice(0, MOST_EXPLAINED),
  )
  return Promise.all(
    judged.map(async (one) => {
      const key = keyOf(placeOf(one.object))
      const row = rows.get(key)
      if (!row) return one
      const fresh = inspected.has(one) ? await inspectOne(platform, at, one, row) : undefined
      const kept = fresh ?? inspectionOf(row)
      const verdict = withFindings(one.verdict, kept?.findings ?? [])
      const why = explainable.has(one)
        ? await explainedOne(at.cluster, { ...one, verdict })
        : verdict
      const lastError = errors.get(key) ?? null
      return {
        object: one.object,
        verdict: unsaid(why, one.object, { lastError, now: at.now }),
        ...(fresh ? { inspection: fresh } : {}),
      }
    }),
  )
}

function isDue({ object, verdict }: Judged, row: InspectedRow | undefined): boolean {
  if (!row || !worthInspecting(verdict)) return false
  return inspectionOf(row)?.version !== object.metadata.resourceVersion
}

/** Undefined where the cluster or the Git host does not answer just now: then the next look tries again. */
async function inspectOne(
  { sourceHost }: WorkerPlatform,
  { cluster }: { cluster: Cluster },
  { object }: Judged,
  row: InspectedRow,
): Promise<Inspection | undefined> {
  const commit = commitOf(seenOf(object).appliedRevision)
  const folder = textOf(mapOf(object.spec).path)
  const [maps, deployments, files] = await Promise.all([
    readable(cluster, 'v1', 'ConfigMap', object),
    readable(cluster, 'apps/v1', 'Deployment', object),
    row.repository && commit && folder
      ? readManifests(sourceHost, { repository: row.repository, commit, folder })
      : null,
  ])
  if (maps === 'later' || deployments === 'later' || files === 'later') return undefined
  const found = inspect({
    kustomization: object,
    before: inspectionOf(row),
    objects: maps && deployments ? [...maps, ...deployments] : null,
    files,
  })
  return { version: object.metadata.resourceVersion ?? '', ...found }
}

async function explainedOne(cluster: Cluster, { object, verdict }: Judged): Promise<Readiness> {
  const events = await readable(cluster, 'v1', 'Event', object)
  return explained(verdict, object, events === 'later' || events === null ? [] : events)
}

/** Objects of a kind in the namespace; null where our rights on this cluster do not reach, or it does not serve the kind. */
async function readable(
  cluster: Cluster,
  apiVersion: string,
  kind: string,
  { metadata }: KubernetesObject,
): Promise<KubernetesObject[] | 'later' | null> {
  try {
    return await cluster.list({ apiVersion, kind, namespace: metadata.namespace ?? '' })
  } catch (error) {
    if (error instanceof AdapterError) return error.retryable ? 'later' : null
    throw error
  }
}

function inspectionOf({ inspection }: InspectedRow): Inspection | null {
  return Inspection.safeParse(inspection).data ?? null
}

function placeOf({ metadata }: KubernetesObject): { namespace: string; name: string } {
  return { namespace: metadata.namespace ?? '', name: metadata.name }
}

function keyOf({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`
}
