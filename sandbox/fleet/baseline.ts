import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import type { KubeObject } from './object.ts'

const NAMESPACES = ['kube-system', 'default', 'flux-system', 'ingress-nginx']
const FLUX_VERSION = 'v2.9.5'
/** Each of Flux's controllers with the flags of a cluster that several tenants share. */
const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  'source-controller': [],
  'kustomize-controller': [
    '--no-cross-namespace-refs=true',
    '--default-service-account=default',
    '--no-remote-bases=true',
  ],
  'notification-controller': ['--no-cross-namespace-refs=true'],
}

/** The manifests as they are published, which an administrator applies to a cluster. */
const PUBLISHED = ['hub-rights.yaml', 'cluster-baseline.yaml'].flatMap((name) =>
  parseAllDocuments(
    readFileSync(new URL(`../../lib/flux/golden/${name}`, import.meta.url), 'utf8'),
  ).map((document) => document.toJS() as KubeObject),
)

/** What an administrator has put on every cluster. */
export const BASELINE: readonly KubeObject[] = [
  ...NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  ...Array.from({ length: 4 }, (_, place) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${place + 1}` },
    spec: {},
    status: {
      allocatable: { cpu: '64', memory: '256Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  })),
  ...PUBLISHED,
  ...Object.entries(CONTROLLERS).map(([name, args]) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'flux-system',
      labels: {
        'app.kubernetes.io/component': name,
        'app.kubernetes.io/part-of': 'flux',
        'app.kubernetes.io/version': FLUX_VERSION,
      },
    },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'manager',
              image: `ghcr.io/fluxcd/${name}`,
              args: ['--watch-all-namespaces', ...args],
              resources: { limits: { cpu: '1000m', memory: '1Gi' } },
            },
          ],
        },
      },
    },
  })),
]

/** What the hub's role grants it on the whole cluster. */
export const HUB_RULES =
  (PUBLISHED.find(
    ({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === 'stairway-hub',
  )?.rules as object[] | undefined) ?? []
