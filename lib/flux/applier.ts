import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { readHelmRelease } from './helm-release.ts'
import { type KustomizationView, readKustomization } from './readiness.ts'
import { seenOf } from './status.ts'
import type { Readiness } from './verdict.ts'

/** What of Flux applies a service on a target. Whoever deals with it asks here by its kind, and never tells kinds apart. */
export type Applier = {
  kind: ApplierKind
  apiVersion: string
  /** API group: prefix of the labels that Flux puts on what it applies. */
  group: string
  /** What the object says by itself and beside its GitRepository. */
  read(object: KubernetesObject | null, view?: KustomizationView): Readiness
  /** The Git revision that runs, as far as it can be known; its status alone may not name all of it. */
  revision(object: KubernetesObject, verdict: Readiness): string | null
  /** Where to look in the repository when what it should apply is not applied. */
  lookFor: string
}

export const APPLIER_KINDS = ['Kustomization', 'HelmRelease'] as const
export type ApplierKind = (typeof APPLIER_KINDS)[number]

export const APPLIERS: Readonly<Record<ApplierKind, Applier>> = {
  Kustomization: {
    kind: 'Kustomization',
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    group: 'kustomize.toolkit.fluxcd.io',
    read: readKustomization,
    revision: (object) => seenOf(object).appliedRevision,
    lookFor:
      'The overlay does not name what it should. Check `resources:` in the kustomization.yaml files and push; retire the service here if it is meant.',
  },
  HelmRelease: {
    kind: 'HelmRelease',
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    group: 'helm.toolkit.fluxcd.io',
    read: (object, { now, source, expectedRevision } = {}) =>
      readHelmRelease(object, {
        ...(now ? { now } : {}),
        ...(source === undefined ? {} : { repository: source }),
        ...(expectedRevision === undefined ? {} : { expectedRevision }),
      }),
    revision: (_, { commit }) => (commit ? `sha1:${commit}` : null),
    lookFor:
      'The chart does not render what it should. Check deploy/chart and its values and push; retire the service here if it is meant.',
  },
}

/** The applier of a kind; what is none is a Kustomization's, which older records mean. */
export function applierOf(kind: string | null | undefined): Applier {
  return kind === 'HelmRelease' ? APPLIERS.HelmRelease : APPLIERS.Kustomization
}

/** Which applier a template's delivery asks for. */
export function applierFor(delivery: 'helm' | undefined): Applier {
  return delivery === 'helm' ? APPLIERS.HelmRelease : APPLIERS.Kustomization
}

/** The applier whose labels an object carries as one of a service, or undefined. */
export function appliedBy(
  labels: Readonly<Record<string, string>>,
  { namespace, service }: { namespace: string; service: string },
): Applier | undefined {
  return Object.values(APPLIERS).find(
    ({ group }) =>
      labels[`${group}/name`] === service && labels[`${group}/namespace`] === namespace,
  )
}
