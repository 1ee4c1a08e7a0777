import type { IHelmRelease } from '@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease'
import type { IKustomization } from '@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization'
import type { IReceiver } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1/Receiver'
import type { IAlert } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3/Alert'
import type { IProvider } from '@kubernetes-models/flux-cd/notification.toolkit.fluxcd.io/v1beta3/Provider'
import type { IGitRepository } from '@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/GitRepository'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { APPLIERS, type ApplierKind, applierFor } from './applier.ts'
import { endOfKustomization } from './minor.ts'
import { LABELS, NAMES } from './names.ts'
import { named, serviceLabel } from './namespace-objects.ts'
import { INTERVAL_CLASSES, type TargetRecord } from './target.ts'

/** GitRepository and what applies it as the tenant's service account: a Kustomization its overlay, or a HelmRelease its chart. */
export function sourceObjects(target: TargetRecord): KubernetesObject[] {
  const interval = INTERVAL_CLASSES[target.interval]
  return [
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: named(target, target.service.slug),
      spec: {
        interval: interval.source,
        timeout: '60s',
        url: target.repository.cloneUrl,
        ref: { branch: target.repository.branch },
        secretRef: { name: NAMES.gitSecret },
      },
    } satisfies IGitRepository,
    APPLIER_OBJECTS[applierFor(target.service.delivery).kind](target),
  ]
}

const APPLIER_OBJECTS: Readonly<Record<ApplierKind, (target: TargetRecord) => KubernetesObject>> = {
  Kustomization: (target) => ({
    ...headOf(target, 'Kustomization'),
    spec: {
      interval: INTERVAL_CLASSES[target.interval].kustomization,
      retryInterval: '2m',
      timeout: '5m',
      prune: true,
      wait: true,
      ...endOfKustomization(target.cluster.fluxVersion),
      serviceAccountName: NAMES.serviceAccount,
      targetNamespace: target.namespace,
      sourceRef: { kind: 'GitRepository', name: target.service.slug },
      path: `./deploy/overlays/${target.environment}`,
      commonMetadata: { labels: { [LABELS.service]: serviceLabel(target) } },
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: NAMES.runtimeInfo }] },
    } satisfies IKustomization['spec'],
  }),
  HelmRelease: (target) => ({
    ...headOf(target, 'HelmRelease'),
    spec: {
      interval: INTERVAL_CLASSES[target.interval].kustomization,
      timeout: '5m',
      releaseName: target.service.slug,
      serviceAccountName: NAMES.serviceAccount,
      targetNamespace: target.namespace,
      storageNamespace: target.namespace,
      chart: {
        spec: {
          chart: CHART,
          interval: INTERVAL_CLASSES[target.interval].source,
          // a commit is a release, though nobody raised the version of the chart
          reconcileStrategy: 'Revision',
          sourceRef: { kind: 'GitRepository', name: target.service.slug },
          valuesFiles: ['values.yaml', `values-${target.environment}.yaml`].map(
            (file) => `${CHART}/${file}`,
          ),
        },
      },
      driftDetection: { mode: 'enabled' },
      install: { crds: 'Skip', remediation: { retries: 2 } },
      upgrade: { crds: 'Skip', remediation: { retries: 2, strategy: 'rollback' } },
    } satisfies IHelmRelease['spec'],
  }),
}

const CHART = './deploy/chart'

function headOf(target: TargetRecord, kind: ApplierKind) {
  return {
    apiVersion: APPLIERS[kind].apiVersion,
    kind,
    metadata: {
      ...named(target, target.service.slug),
      annotations: { 'event.toolkit.fluxcd.io/service': serviceLabel(target) },
    },
  }
}

/** Provider and Alert that report back to us, and the Receiver through which CI asks for a reconcile. */
export function feedbackObjects(target: TargetRecord): KubernetesObject[] {
  const kinds = ['GitRepository', applierFor(target.service.delivery).kind] as const
  return [
    {
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Provider',
      metadata: named(target, NAMES.feedback),
      spec: {
        type: 'generic-hmac',
        address: `${target.hooksUrl}/api/hooks/flux/v1/${target.cluster.id}/${target.tenant.id}`,
        timeout: '60s',
        secretRef: { name: NAMES.hookSecret },
      },
    } satisfies IProvider,
    {
      apiVersion: 'notification.toolkit.fluxcd.io/v1beta3',
      kind: 'Alert',
      metadata: named(target, NAMES.feedback),
      spec: {
        providerRef: { name: NAMES.feedback },
        eventSeverity: 'info',
        eventMetadata: {
          cluster: target.cluster.name,
          tenant: target.tenant.slug,
          env: target.environment,
        },
        eventSources: kinds.map((kind) => ({ kind, name: '*' })),
        exclusionList: ['^Dependencies do not meet ready condition'],
      },
    } satisfies IAlert,
    {
      apiVersion: 'notification.toolkit.fluxcd.io/v1',
      kind: 'Receiver',
      metadata: named(target, NAMES.feedback),
      spec: {
        type: 'generic-hmac',
        interval: '1h',
        secretRef: { name: NAMES.receiverSecret },
        resources: [
          {
            apiVersion: 'source.toolkit.fluxcd.io/v1',
            kind: 'GitRepository',
            name: target.service.slug,
          },
        ],
      },
    } satisfies IReceiver,
  ]
}
