import 'server-only'
import { randomUUID } from 'node:crypto'
import { may, type Permission } from '#lib/auth/permissions.ts'
import { traced } from '#lib/db/trace.ts'
import type { Viewer } from '#lib/viewer.ts'
import { holdsNul } from './address.ts'
import { webLog } from './log.ts'
import { platform } from './platform.ts'
import { currentViewer } from './viewer.ts'

/** What a route declares: a person's permission, or the way a machine proves itself. */
export type Access = Permission | 'public' | 'directory' | 'signature' | 'metrics'

export type Handled = {
  request: Request
  params: Record<string, string>
  viewer: Viewer | null
  requestId: string
}
type Handler = (handled: Handled) => Promise<Response>
type Context = { params: Promise<Record<string, string | string[]>> }

const MACHINES: readonly string[] = ['public', 'directory', 'signature', 'metrics']
/** What each route declared and does for whoever may call it: for tests that replay every route as somebody. */
export const declared = new WeakMap<object, { access: Access; handler: Handler }>()

/** Wraps a route handler: who may call it, same origin for what changes state by cookie, an id for every answer, no stack trace on any. */
export function route(
  access: Access,
  handler: Handler,
): (request: Request, context: Context) => Promise<Response> {
  const wrapped = async (request: Request, context: Context): Promise<Response> => {
    const requestId = randomUUID()
    if (holdsNul(request.url)) return problem(400, 'the address holds a NUL')
    try {
      const refused = await refusal(access, request)
      if (refused instanceof Response) return refused
      const params = Object.fromEntries(
        Object.entries((await context.params) ?? {}).map(([key, value]) => [
          key,
          Array.isArray(value) ? value.join('/') : value,
        ]),
      )
      const actor = refused ? { actor: refused.id } : {}
      return await traced({ request: requestId, ...actor }, () =>
        handler({ request, params, viewer: refused, requestId }),
      )
    } catch (error) {
      webLog().error(
        { request: requestId, path: new URL(request.url).pathname, error },
        'route failed',
      )
      return problem(500, 'something of ours failed', requestId)
    }
  }
  declared.set(wrapped, { access, handler })
  return wrapped
}

/** A refusal as JSON, with the id to quote and what else the caller may use. */
export function problem(
  status: number,
  detail: string,
  requestId?: string,
  more: Record<string, unknown> = {},
): Response {
  return Response.json({ status, detail, ...(requestId ? { requestId } : {}), ...more }, { status })
}

async function refusal(access: Access, request: Request): Promise<Response | Viewer | null> {
  if (MACHINES.includes(access)) return null
  const viewer = await currentViewer()
  if (!viewer) return problem(401, 'sign in first')
  if (!may(viewer, access as Permission)) return problem(403, `this needs the permission ${access}`)
  const origin = request.headers.get('origin')
  if (request.method !== 'GET' && origin !== new URL(platform().settings.publicUrl).origin)
    return problem(403, 'the request comes from another site')
  return viewer
}
