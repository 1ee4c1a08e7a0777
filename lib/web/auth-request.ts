import 'server-only'
import { NextRequest } from 'next/server'
import { bodyUpTo, jsonIn } from './body.ts'
import { addressOf, overLimit, tooMany } from './limit.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

/** A form of next-auth holds a few short fields. */
const MAX_BODY = 16 * 1024

/** What begins or ends a sign-in and so calls the provider. */
const SIGN_INS: readonly (string | undefined)[] = ['signin', 'callback']
/** Where next-auth's button goes with a refusal that names it. */
const TOLD_AT = '/sign-in?error=TooMany'

/** The request as next-auth gets it: it would serve anybody as often as they ask, read a body of any size, and fail on one that is no JSON. */
export async function boundedRequest(
  request: NextRequest,
  act: string | undefined,
): Promise<NextRequest | Response> {
  const wait = SIGN_INS.includes(act) ? await overLimit('sign_in', addressOf(request)) : null
  if (wait !== null) return tooMany(wait, { url: new URL(TOLD_AT, platform().settings.publicUrl) })
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
