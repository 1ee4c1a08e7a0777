import type { TargetRecord } from '../target.ts'

/** A target that serves HTTP on a cluster with an ingress controller; tests vary it. */
export function aTarget(changes: Partial<TargetRecord> = {}): TargetRecord {
  return {
    cluster: {
      id: 'clu_prod-eu-1',
      name: 'prod-eu-1',
      ingressNamespace: 'ingress-nginx',
      fluxVersion: 'v2.9.5',
    },
    tenant: { id: 'ten_payments', slug: 'payments', prefix: 'pay' },
    service: { slug: 'ledger-api', servesHttp: true },
    environment: 'prod',
    namespace: 'pay-ledger-api-prod',
    size: 'small',
    repository: { cloneUrl: 'https://git.bank.example/payments/ledger-api.git', branch: 'main' },
    interval: 'standard',
    hooksUrl: 'https://stairway.bank.example',
    ...changes,
  }
}
