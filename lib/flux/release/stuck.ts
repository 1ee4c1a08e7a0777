import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { mapOf, mapsOf, textOf } from '../status.ts'
import type { Trouble } from '../verdict.ts'

const CONTROLLERS: Readonly<Record<string, string>> = {
  Kustomization: 'kustomize-controller',
  HelmRelease: 'helm-controller',
  GitRepository: 'source-controller',
  OCIRepository: 'source-controller',
  Bucket: 'source-controller',
  HelmRepository: 'source-controller',
  Provider: 'notification-controller',
  Alert: 'notification-controller',
  Receiver: 'notification-controller',
}

/** Flux says no more than that it failed, whatever right it lacks. */
const MAY_NOT = /pruning for deleted resource failed|forbidden|cannot (delete|get|list|patch)/i

/** Why an object that is being deleted does not go: which finalizer holds it, whose that is, and what its controller said last. */
export function whyStuck(
  object: KubernetesObject,
  events: readonly KubernetesObject[],
): Omit<Trouble, 'system'> {
  const [finalizer = 'none'] = (object.metadata.finalizers as string[] | undefined) ?? []
  const flux = finalizer === 'finalizers.fluxcd.io' ? CONTROLLERS[object.kind] : undefined
  const said = lastWarning(object, events)
  const what = `${object.kind} ${object.metadata.name} is being deleted and waits for the finalizer ${finalizer}`
  const detail = `${what}${flux ? ` of ${flux}` : ''}${said ? `: ${said}` : '; no event says why'}`
  if (flux && said && MAY_NOT.test(said))
    return {
      code: 'finalizer_forbidden',
      detail,
      whose: 'ours',
      nextStep:
        'The service account and its RoleBinding are put back by themselves. If it goes on, compare ClusterRole flux-tenant-reconciler with the baseline: it lacks the right that is named.',
    }
  if (flux)
    return {
      code: 'finalizer_stuck',
      detail,
      whose: 'ours',
      nextStep: `Look whether ${flux} runs: kubectl -n flux-system get deploy ${flux}. Once it runs, this goes on by itself.`,
    }
  return {
    code: 'finalizer_foreign',
    detail,
    whose: 'another_team',
    nextStep: `Ask who runs the controller of ${finalizer}. It takes the finalizer off when it is done; this goes on by itself then. Never take it off by hand unasked: what it guards would be left.`,
  }
}

/** Why a namespace that is being deleted does not go, in the API server's own words. */
export function whyNamespaceStays(namespace: KubernetesObject): Omit<Trouble, 'system'> {
  const said = mapsOf(mapOf(namespace.status).conditions)
    .filter(({ status, message }) => status === 'True' && textOf(message))
    .map(({ message }) => String(message).trim())
  return {
    code: 'namespace_stuck',
    detail: `namespace ${namespace.metadata.name} is being deleted: ${said.join('; ') || 'the API server does not say what is left'}`,
    whose: 'another_team',
    nextStep:
      'What is named still holds it. Ask whose controller that is; this goes on by itself once it lets go.',
  }
}

function lastWarning(
  object: KubernetesObject,
  events: readonly KubernetesObject[],
): string | undefined {
  const own = events.filter((event) => {
    const about = mapOf(event.involvedObject)
    return (
      about.kind === object.kind && about.name === object.metadata.name && event.type === 'Warning'
    )
  })
  const latest = [...own].sort((one, other) => timeOf(one) - timeOf(other)).at(-1)
  return textOf(latest?.message)?.replace(/\s+/g, ' ').slice(0, 400)
}

function timeOf(event: KubernetesObject): number {
  const time = textOf(event.lastTimestamp) ?? textOf(event.eventTime) ?? ''
  return Date.parse(time) || 0
}
