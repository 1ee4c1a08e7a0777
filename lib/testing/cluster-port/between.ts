import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createTlsServer, request as tlsRequest } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { ClusterAccess } from '#lib/ports/cluster.ts'
import { makeCertificates } from '#sandbox/fleet/certificates.ts'

/** What to do with one request: nothing (it passes), an answer instead, silence, or a cut connection. The URL may be changed. */
export type Meddle = (
  url: URL,
  method: string,
) =>
  | { status: number; headers?: Record<string, string>; body: string }
  | 'silence'
  | 'cut'
  | undefined

export type Between = {
  /** Reaches the API server through it. */
  access: ClusterAccess
  meddle(how: Meddle | null): void
  /** Paths with queries that were asked, in order. */
  asked: string[]
  /** Ends every connection that stands. */
  cutAll(): void
  close(): Promise<void>
}

/** A TLS proxy in front of an API server with a certificate authority of its own, which can refuse, change and lose requests. */
export async function standBetween(access: ClusterAccess): Promise<Between> {
  const { caPem, certPem, keyPem } = await makeCertificates('between')
  let how: Meddle | null = null
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createTlsServer({ cert: certPem, key: keyPem }, (incoming, response) => {
    const url = new URL(incoming.url ?? '/', access.endpoint)
    asked.push(`${incoming.method} ${url.pathname}${url.search}`)
    const instead = how?.(url, incoming.method ?? 'GET')
    if (instead === 'silence') return
    if (instead === 'cut') return void incoming.socket.destroy()
    if (instead) return void response.writeHead(instead.status, instead.headers).end(instead.body)
    pass(access, { incoming, response, url })
  })
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cutAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    access: { ...access, endpoint: `https://127.0.0.1:${port}`, caPem },
    meddle(next) {
      how = next
    },
    asked,
    cutAll,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cutAll()
      }),
  }
}

type Passing = { incoming: IncomingMessage; response: ServerResponse; url: URL }

function pass({ caPem }: ClusterAccess, { incoming, response, url }: Passing): void {
  const { host: _host, ...headers } = incoming.headers
  const onward = tlsRequest(url, { method: incoming.method, headers, ca: caPem }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  incoming.pipe(onward)
}
