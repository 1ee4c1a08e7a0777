import 'server-only'
import { NextRequest } from 'next/server'
import { bodyUpTo, jsonIn } from './body.ts'
import { problem } from './route.ts'

/** A form of next-auth holds a few short fields. */
const MAX_BODY = 16 * 1024

/** The request as next-auth gets it: it would read a body of any size from anybody, and fail on one that is no JSON. */
export async function boundedRequest(request: NextRequest): Promise<NextRequest | Response> {
  if (request.method !== 'POST') return request
  const body = await bodyUpTo(request, MAX_BODY)
  if (!body.ok) return problem(413, 'the body is over 16 KiB')
  const isJson = request.headers.get('content-type')?.includes('application/json')
  if (isJson && body.value.length > 0 && !jsonIn(body.value).ok)
    return problem(400, 'the body is not JSON')
  return new NextRequest(request.url, {
    method: request.method,
    headers: request.headers,
    ...(body.value.length > 0 ? { body: new Uint8Array(body.value) } : {}),
  })
}
