import { sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { createClusterDialer } from '#lib/adapters/kubernetes/dialer.ts'
import { NAMES } from '#lib/flux/names.ts'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import type { RealCluster } from './real-cluster.ts'

const HUB = { namespace: NAMES.hubNamespace, name: NAMES.hubServiceAccount }
const ISSUER = 'https://kubernetes.default.svc'

/** Tokens of the hub's account on a cluster that the cluster tool started: whose end a test decides. */
export function hubTokens(kubeconfig: string, { admin, access }: RealCluster) {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)

  /** Signed with the cluster's own key; ends so many seconds from now, or ended so many ago. */
  async function endingIn(seconds: number): Promise<string> {
    const metadata = { ...HUB }
    const account = await admin.read({ apiVersion: 'v1', kind: 'ServiceAccount', metadata })
    const exp = Math.floor(Date.now() / 1000) + seconds
    const claims = {
      ...{ iss: ISSUER, aud: [ISSUER], exp, iat: exp - 3600, nbf: exp - 3600 },
      sub: `system:serviceaccount:${HUB.namespace}:${HUB.name}`,
      'kubernetes.io': {
        namespace: HUB.namespace,
        serviceaccount: { name: HUB.name, uid: account?.metadata.uid },
      },
    }
    const part = (of: object) => Buffer.from(JSON.stringify(of)).toString('base64url')
    const text = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}`
    const key = readFileSync(path.join(path.dirname(kubeconfig), 'sa.key'), 'utf8')
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
    return `${text}.${signature.toString('base64url')}`
  }

  /** Issued by the API server and bound to a Secret: to delete that revokes it. */
  async function bound(name: string): Promise<{ token: string; revoke(): Promise<void> }> {
    const secret: KubernetesObject = {
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
      metadata: { name, namespace: HUB.namespace },
    }
    const made = await admin.apply(secret)
    const { uid } = made.metadata
    const boundObjectRef = { apiVersion: 'v1', kind: 'Secret', name, ...(uid ? { uid } : {}) }
    const body = { spec: { audiences: [], expirationSeconds: 3600, boundObjectRef } }
    const core = config.makeApiClient(CoreV1Api)
    const { status } = await core.createNamespacedServiceAccountToken({ ...HUB, body })
    return { token: status?.token ?? '', revoke: () => admin.remove(secret) }
  }

  /** The reason for which the API server refuses the hub a look now; undefined when it does not. */
  async function refusal(token = access.token): Promise<string | undefined> {
    const hub = createClusterDialer({ allows: () => true }).dial({ ...access, token })
    return hub.ownRights('default').then(
      () => undefined,
      (error: { reason?: string }) => error.reason ?? 'unknown',
    )
  }

  return { endingIn, bound, refusal }
}
