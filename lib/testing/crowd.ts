import { request } from 'node:https'
import { NAMES } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { RealCluster } from './real-cluster.ts'

const API = 'flowcontrol.apiserver.k8s.io/v1'
const ALL = ['*']

/** One seat for the hub by API priority and fairness, without a queue: who finds it taken gets the API server's own 429. */
const LEVEL: KubernetesObject = {
  apiVersion: API,
  kind: 'PriorityLevelConfiguration',
  metadata: { name: 'one-seat' },
  spec: {
    type: 'Limited',
    limited: {
      ...{ nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0 },
      limitResponse: { type: 'Reject' },
    },
  },
}
const SCHEMA: KubernetesObject = {
  apiVersion: API,
  kind: 'FlowSchema',
  metadata: { name: 'hub-on-one-seat' },
  spec: {
    matchingPrecedence: 50,
    priorityLevelConfiguration: { name: 'one-seat' },
    rules: [
      {
        subjects: [
          {
            kind: 'ServiceAccount',
            serviceAccount: { namespace: NAMES.hubNamespace, name: NAMES.hubServiceAccount },
          },
        ],
        resourceRules: [
          { verbs: ALL, apiGroups: ALL, resources: ALL, namespaces: ALL, clusterScope: true },
        ],
        nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
      },
    ],
  },
}

/** Leaves the hub one seat on an API server and takes it, by requests that are never sent to their end; answers how to leave. */
export async function crowd({ admin, access }: RealCluster): Promise<() => Promise<void>> {
  await admin.apply(LEVEL)
  await admin.apply(SCHEMA)
  let over = false
  let held = sit()
  function sit() {
    const asked = request(
      `${access.endpoint}/apis/authorization.k8s.io/v1/selfsubjectrulesreviews`,
      {
        method: 'POST',
        ca: access.caPem,
        agent: false,
        headers: {
          authorization: `Bearer ${access.token}`,
          'content-type': 'application/json',
          'content-length': 100,
        },
      },
      (answer) => {
        // refused itself, or too late: sits down again
        answer.resume()
        asked.destroy()
      },
    )
    asked.on('error', () => undefined)
    asked.on('close', () => {
      if (!over) setTimeout(() => (held = sit()), 50)
    })
    asked.write('{')
    return asked
  }
  return async () => {
    over = true
    held.destroy()
    await admin.remove(SCHEMA)
    await admin.remove(LEVEL)
  }
}
