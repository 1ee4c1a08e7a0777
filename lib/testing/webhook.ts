import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'

export type Verdict = 'admits' | 'refuses' | 'hangs'
type Review = { request: { uid: string } }

/** An admission webhook of somebody else, for role bindings of one namespace. A cluster that cannot ask it refuses them. */
export async function webhook(namespace: string) {
  let verdict: Verdict = 'admits'
  const { caPem, certPem, keyPem } = await makeCertificates('webhook')
  const server = createServer({ key: keyPem, cert: certPem }, async (asked, answers) => {
    const { request } = (await json(asked)) as Review
    if (verdict === 'hangs') return
    const allowed = verdict === 'admits'
    const response = { uid: request.uid, allowed, status: { message: 'not on a Friday' } }
    answers.setHeader('content-type', 'application/json')
    answers.end(
      JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const configuration: KubernetesObject = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: `friday-${namespace}` },
    webhooks: [
      {
        name: 'friday.bank.example',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(caPem).toString('base64'),
        },
        rules: [
          {
            apiGroups: ['rbac.authorization.k8s.io'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['rolebindings'],
          },
        ],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        timeoutSeconds: 1,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  }
  return {
    configuration,
    will(next: Verdict): void {
      verdict = next
    },
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}
