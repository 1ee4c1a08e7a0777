import type { IncomingMessage, ServerResponse } from 'node:http'
import { parse } from 'yaml'
import type { Certificates } from './certificates.ts'
import type { SimulatedCluster } from './cluster.ts'
import type { Kind } from './kinds.ts'
import { StatusError } from './status.ts'

/** Who a bearer token stands for; a read-only one may only get, list and watch. */
export type Identity = { user: string; mayWrite: boolean }

export type Served = {
  cluster: SimulatedCluster
  certificates: Certificates
  identify(token: string): Identity | undefined
}

export type Target = { kind: Kind; namespace: string; name: string; subresource: string }

export type Call = {
  served: Served
  request: IncomingMessage
  response: ServerResponse
  url: URL
  identity: Identity
}

const MAX_BODY = 3 << 20

export function agentOf(request: IncomingMessage): string {
  return (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown'
}

export async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY)
      throw new StatusError(
        413,
        'RequestEntityTooLarge',
        `Request entity too large: limit is ${MAX_BODY}`,
      )
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  if (!text) return {}
  const value: unknown =
    text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : parse(text)
  if (typeof value !== 'object' || value === null)
    throw new StatusError(400, 'BadRequest', 'the body is not an object')
  return value as Record<string, unknown>
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}
