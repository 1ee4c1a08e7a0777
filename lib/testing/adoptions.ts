import { Adoption } from '#lib/flux/adoption/adoption.ts'
import { HANDED_OVER } from '#lib/flux/adoption/standing.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { previewService } from '#lib/onboarding/preview-service.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { sweepCluster } from '#lib/onboarding/sweep-cluster.ts'
import { inProcessWorker } from './in-process-worker.ts'
import { aRequest } from './organisation.ts'
import { handOn } from './real-cluster.ts'
import { type RealParts, until } from './real-parts.ts'
import { retirements } from './retirements.ts'

export type Wish = { service: string; name: string }
export type Adopting = Wish & { changeId: string; planHash: string; type: string }

const API: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize.toolkit.fluxcd.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Deployment: 'apps/v1',
}

/** Adoptions of namespaces on the first cluster, by the product's own commands and somebody else's hand. */
export async function adoptions(parts: RealParts, hand = handOn(firstOf(parts))) {
  const at = await retirements(parts)
  const { platform } = parts.organisation
  const told = readings(parts)

  const requestFor = ({ service, name }: Wish) =>
    aRequest(service, {
      targets: [{ environment: 'dev', cluster: firstOf(parts).name, adopt: name }],
    })

  /** What the form shows once the worker has looked. */
  async function surveyed(wish: Wish) {
    const request = requestFor(wish)
    let preview: Awaited<ReturnType<typeof previewService>> | undefined
    await until('the namespace is surveyed', 30, async () => {
      preview = await previewService(platform, at.ada, { request })
      if (!preview.ok) throw new Error(preview.error.code)
      if (preview.value.issues.length > 0) throw new Error(JSON.stringify(preview.value.issues))
      return !preview.value.looking
    })
    if (!preview?.ok) throw new Error('no preview')
    return preview.value
  }

  return {
    ...at,
    ...told,
    surveyed,
    /** Surveyed and submitted. */
    async asked(wish: Wish): Promise<Adopting> {
      await surveyed(wish)
      const answer = await requestService(platform, at.ada, { request: requestFor(wish) })
      if (!answer.ok) throw new Error(JSON.stringify(answer.error).slice(0, 1500))
      return { ...wish, ...answer.value }
    },
    hand: () => hand,
    /** Findings of the checks that refuse it. */
    async refusal(wish: Wish): Promise<string> {
      const { checks } = await surveyed(wish)
      return checks
        .filter(({ outcome }) => outcome !== 'pass')
        .map(({ finding }) => finding)
        .join('\n')
    },
    async waitsForLabels({ changeId }: Adopting): Promise<void> {
      await until('it waits for the labels', 60, async () => {
        if ((await at.state(changeId)) === 'failed') throw new Error(await at.log(changeId))
        return (await told.trouble(changeId))?.code === 'awaiting_labels'
      })
    },
    /** What an administrator's command does. */
    handOver: (name: string) =>
      hand.edit(
        named('Namespace', name, ''),
        { metadata: { name, labels: HANDED_OVER } },
        'kubectl-label',
      ),
    /** Offboarded and approved; answers the change. */
    async retired({ changeId, service, name }: Adopting): Promise<string> {
      const [row] = await parts.rows<{ id: string }>(
        `select service_id as id from change where id = $1`,
        changeId,
      )
      const running = { id: row?.id ?? '', name: service, namespace: name }
      return (await at.begun(running)).changeId
    },
  }
}

/** What the product's rows say of adoptions, and its sweep at the test's word. */
function readings(parts: RealParts) {
  return {
    /** The approved terms, as they stand in the plan. */
    async terms({ planHash }: Adopting): Promise<Adoption[]> {
      const rows = await parts.rows<{ body: string }>(
        `select convert_from(b.body, 'UTF8') as body from plan_item i join blob b on b.tenant_id = i.tenant_id and b.hash = i.blob_hash
         where i.plan_hash = decode($1, 'hex') and i.path like 'terms/adoption/%'`,
        planHash,
      )
      return rows.map(({ body }) => Adoption.parse(JSON.parse(body)))
    },
    /** What the step on the only target says of it. */
    async trouble(changeId: string): Promise<{ code: string; nextStep: string } | null> {
      const rows = await parts.rows<{ error: { code: string; nextStep: string } | null }>(
        `select s.error from step_target s join run r on r.id = s.run_id where r.change_id = $1 and s.error is not null order by s.updated_at desc limit 1`,
        changeId,
      )
      return rows[0]?.error ?? null
    },
    async audited(subject: string): Promise<string[]> {
      const rows = await parts.rows<{ action: string }>(
        `select action from audit_event where subject = $1 order by seq`,
        subject,
      )
      return rows.map(({ action }) => action)
    },
    /** Compares the cluster with what was approved, now. */
    async swept(): Promise<void> {
      const [row] = await parts.rows<{ id: string }>(
        `select id from cluster where name = $1`,
        firstOf(parts).name,
      )
      const worker = inProcessWorker(parts.organisation)
      await sweepCluster(worker.platform, row?.id ?? '')
      await worker.close()
    },
  }
}

/** An object of a namespace, or a Namespace where none is given. */
export function named(
  kind: string,
  name: string,
  namespace: string,
  fields: object = {},
  meta: object = {},
): KubernetesObject {
  return {
    apiVersion: API[kind] ?? 'v1',
    kind,
    metadata: { name, ...(namespace ? { namespace } : {}), ...meta },
    ...fields,
  }
}

/** The tool that makes an object in tests. */
export function makerOf({ metadata }: KubernetesObject): string {
  return metadata.annotations?.['meta.helm.sh/release-name'] ? 'helm' : 'kubectl-create'
}

function firstOf(parts: RealParts) {
  const [cluster] = parts.clusters
  if (!cluster) throw new Error('no cluster')
  return cluster
}
