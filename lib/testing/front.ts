import { once } from 'node:events'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { ClusterAccess } from '#lib/ports/cluster.ts'
import { type Certificates, makeCertificates } from '#sandbox/fleet/certificates.ts'

/** What stands before an API server: another certificate, and another clock. */
export async function frontOf({ endpoint, caPem }: ClusterAccess) {
  let shown: Certificates = await makeCertificates('first')
  let skewMs = 0
  const server = createServer({ key: shown.keyPem, cert: shown.certPem }, (asked, answers) => {
    const { host: _host, ...headers } = asked.headers
    const onward = request(
      `${endpoint}${asked.url}`,
      { method: asked.method, headers, ca: caPem, agent: false },
      (answer) => {
        const date = new Date(Date.parse(answer.headers.date ?? '') + skewMs).toUTCString()
        answers.writeHead(answer.statusCode ?? 502, { ...answer.headers, date })
        answer.pipe(answers)
      },
    )
    onward.on('error', () => answers.destroy())
    asked.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The authority that signs what it shows now. */
    caPem: () => shown.caPem,
    /** Its Date is that of the API server and so much more. */
    skew(seconds: number): void {
      skewMs = seconds * 1000
    },
    /** Another authority from now on; who was connected has to connect anew. */
    async changeAuthority(): Promise<void> {
      shown = await makeCertificates('second')
      server.setSecureContext({ key: shown.keyPem, cert: shown.certPem })
      server.closeAllConnections()
    },
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}
