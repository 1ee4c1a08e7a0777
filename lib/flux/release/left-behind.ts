import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { APPLIERS, appliedBy } from '../applier.ts'
import { LABELS } from '../names.ts'
import { mapsOf, textOf } from '../status.ts'

/** Something in a namespace that is not ours to delete, and whose it is as far as it says. */
export type LeftBehind = { kind: string; name: string; owner: string }

export type Home = {
  namespace: string
  /** Name of the service's Kustomization or HelmRelease. */
  service: string
  /** uids of what we placed there. */
  own: ReadonlySet<string>
}

/** Made by the cluster itself for whatever stands there, and gone with it. */
const OF_THE_CLUSTER = ['Event', 'Endpoints', 'EndpointSlice', 'PodMetrics']

/** What stands in a namespace and is neither ours, nor the cluster's own, nor owned by something that is listed itself. */
export function foreignIn(objects: readonly KubernetesObject[], home: Home): LeftBehind[] {
  return objects
    .filter((object) => !isOurs(object, home) && !isOfTheCluster(object) && !isOwned(object))
    .filter((object) => !isServiceData(object))
    .map((object) => ({
      kind: object.kind,
      name: object.metadata.name,
      owner: ownerOf(object, home),
    }))
    .sort((one, other) => (`${one.kind}/${one.name}` < `${other.kind}/${other.name}` ? -1 : 1))
}

/** Everything in a namespace that is neither the cluster's own nor owned by something that is listed itself, with who made it. */
export function standingIn(objects: readonly KubernetesObject[]): LeftBehind[] {
  return objects
    .filter((object) => !isOfTheCluster(object) && !isOwned(object))
    .map((object) => ({
      kind: object.kind,
      name: object.metadata.name,
      owner: ownerOf(object, { namespace: '', service: '' }),
    }))
    .sort((one, other) => (`${one.kind}/${one.name}` < `${other.kind}/${other.name}` ? -1 : 1))
}

/**
 * Of what a Kustomization or HelmRelease had applied, what still stands and was not told to stay: Flux let go of it without deleting it. What a controller made of it
 * (the EndpointSlices of a Service carry the Service's labels) goes by itself, a moment later.
 */
export function orphansIn(
  objects: readonly KubernetesObject[],
  home: Pick<Home, 'namespace' | 'service'>,
): KubernetesObject[] {
  return objects.filter(
    (object) =>
      appliedBy(object.metadata.labels ?? {}, home) !== undefined &&
      !isOfTheCluster(object) &&
      !isOwned(object) &&
      !isToldToStay(object),
  )
}

function isToldToStay({ metadata }: KubernetesObject): boolean {
  const told = [metadata.annotations, metadata.labels].map(
    (of) => of?.[`${APPLIERS.Kustomization.group}/prune`],
  )
  return told.includes('disabled') || metadata.annotations?.['helm.sh/resource-policy'] === 'keep'
}

/** In words: `ConfigMap notes (kubectl), Deployment cache (Helm release cache) and 3 more`. */
export function leftInWords(left: readonly LeftBehind[], most = 5): string {
  const shown = left.slice(0, most).map(({ kind, name, owner }) => `${kind} ${name} (${owner})`)
  const more = left.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function isOurs({ metadata }: KubernetesObject, { own }: Home): boolean {
  return metadata.uid !== undefined && own.has(metadata.uid)
}

function isOfTheCluster({ kind, metadata }: KubernetesObject): boolean {
  if (OF_THE_CLUSTER.includes(kind)) return true
  if (kind === 'ServiceAccount') return metadata.name === 'default'
  if (kind === 'ConfigMap') return metadata.name === 'kube-root-ca.crt'
  const account = metadata.annotations?.['kubernetes.io/service-account.name']
  return kind === 'Secret' && account === 'default'
}

function isOwned({ metadata }: KubernetesObject): boolean {
  return mapsOf(metadata.ownerReferences).some((owner) => owner.controller === true)
}

/** The volumes of a StatefulSet are nobody's on paper; its controller made them. They go with the namespace, after the quarantine. */
function isServiceData(object: KubernetesObject): boolean {
  return (
    object.kind === 'PersistentVolumeClaim' && managersOf(object)[0] === 'kube-controller-manager'
  )
}

function ownerOf(object: KubernetesObject, home: Pick<Home, 'namespace' | 'service'>): string {
  const { labels = {}, annotations = {} } = object.metadata
  if (appliedBy(labels, home)) return 'this service'
  const { group } = APPLIERS.Kustomization
  const kustomization = labels[`${group}/name`]
  if (kustomization) return `Kustomization ${labels[`${group}/namespace`]}/${kustomization}`
  const release = annotations['meta.helm.sh/release-name']
  if (release) return `Helm release ${release}`
  return labels[LABELS.managedBy] ?? managersOf(object)[0] ?? 'nobody says'
}

/** Who wrote it, the first hand first. */
function managersOf({ metadata }: KubernetesObject): string[] {
  return mapsOf(metadata.managedFields)
    .map(({ manager, time }) => ({ manager: textOf(manager), time: textOf(time) ?? '' }))
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0))
    .flatMap(({ manager }) => manager ?? [])
}
