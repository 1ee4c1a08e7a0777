import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { NAMES } from './names.ts'
import { named, serviceLabel } from './namespace-objects.ts'
import { INTERVAL_CLASSES, type TargetRecord } from './target.ts'

const NOTIFICATION = 'notification.toolkit.fluxcd.io'

/** GitRepository and the Kustomization that applies its overlay as the tenant's service account. */
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
    },
    {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: {
        ...named(target, target.service.slug),
        annotations: { 'event.toolkit.fluxcd.io/service': serviceLabel(target) },
      },
      spec: {
        interval: interval.kustomization,
        retryInterval: '2m',
        timeout: '5m',
        prune: true,
        wait: true,
        deletionPolicy: 'WaitForTermination',
        serviceAccountName: NAMES.serviceAccount,
        targetNamespace: target.namespace,
        sourceRef: { kind: 'GitRepository', name: target.service.slug },
        path: `./deploy/overlays/${target.environment}`,
        postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: NAMES.runtimeInfo }] },
      },
    },
  ]
}

/** Provider and Alert that report back to us, and the Receiver through which CI asks for a reconcile. */
export function feedbackObjects(target: TargetRecord): KubernetesObject[] {
  const kinds = ['GitRepository', 'Kustomization']
  return [
    {
      apiVersion: `${NOTIFICATION}/v1beta3`,
      kind: 'Provider',
      metadata: named(target, NAMES.feedback),
      spec: {
        type: 'generic-hmac',
        address: `${target.hooksUrl}/api/hooks/flux/v1/${target.cluster.id}/${target.tenant.id}`,
        timeout: '60s',
        secretRef: { name: NAMES.hookSecret },
      },
    },
    {
      apiVersion: `${NOTIFICATION}/v1beta3`,
      kind: 'Alert',
      metadata: named(target, NAMES.feedback),
      spec: {
        providerRef: { name: NAMES.feedback },
        eventSeverity: 'info',
        eventMetadata: { cluster: target.cluster.name, tenant: target.tenant.slug, env: target.environment },
        eventSources: kinds.map((kind) => ({ kind, name: '*' })),
        exclusionList: ['^Dependencies do not meet ready condition'],
      },
    },
    {
      apiVersion: `${NOTIFICATION}/v1`,
      kind: 'Receiver',
      metadata: named(target, NAMES.feedback),
      spec: {
        type: 'generic-hmac',
        interval: '1h',
        secretRef: { name: NAMES.receiverSecret },
        resources: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', name: target.service.slug }],
      },
    },
  ]
}
