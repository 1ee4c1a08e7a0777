import 'server-only'
import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { may, type Permission } from '#lib/auth/permissions.ts'
import { traced } from '#lib/db/trace.ts'
import type { LimitName } from '#lib/limits/limits.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { unstorableAt } from '#lib/stored-text.ts'
import type { Viewer } from '#lib/viewer.ts'
import { overLimit } from './limit.ts'
import { webLog } from './log.ts'
import { platform } from './platform.ts'
import { currentViewer } from './viewer.ts'

type Command<I, T, E> = (platform: Platform, viewer: Viewer, input: I) => Promise<Result<T, E>>

/** What the edge itself may refuse, before any command runs. */
export type EdgeError =
  | { code: 'signed_out' }
  | { code: 'not_permitted'; permission: Permission }
  | { code: 'malformed'; issues: { path: string; message: string }[] }
  | { code: 'too_many'; seconds: number }

export type Action<I, T, E> = (input: I) => Promise<Result<T, E | EdgeError>>

type Perform<T, E> = (
  platform: Platform,
  viewer: Viewer,
  raw: unknown,
) => Promise<Result<T, E | EdgeError>>

/** What each action does for whoever is signed in: for tests that replay every action as somebody. */
export const performances = new WeakMap<object, Perform<unknown, unknown>>()

/** Every mutation from the browser passes here: who are you, may you at all, not too often, is it well formed, then the command. */
export function action<S extends z.ZodType, T, E>(
  schema: S,
  permission: Permission,
  command: Command<z.output<S>, T, E>,
  limit: LimitName = 'acts',
): Action<z.input<S>, T, E> {
  const perform: Perform<T, E> = async (on, viewer, raw) => {
    if (!may(viewer, permission)) return err({ code: 'not_permitted', permission })
    const seconds = await overLimit(limit, viewer.id, on.db)
    if (seconds !== null) return err({ code: 'too_many', seconds })
    const input = wellFormed(schema, raw)
    return input.ok ? command(on, viewer, input.value) : input
  }
  const acting: Action<z.input<S>, T, E> = async (raw) => {
    const viewer = await currentViewer()
    if (!viewer) return err({ code: 'signed_out' })
    return traced({ request: randomUUID(), actor: viewer.id }, () =>
      logged(permission, () => perform(platform(), viewer, raw)),
    )
  }
  performances.set(acting, perform)
  return acting
}

/** One line for each command: what came of it, and how long it took. */
async function logged<T, E>(
  permission: Permission,
  perform: () => Promise<Result<T, E>>,
): Promise<Result<T, E>> {
  const began = performance.now()
  const ms = () => Math.round(performance.now() - began)
  try {
    const answer = await perform()
    const refused = answer.ok ? {} : { refused: (answer.error as { code?: string }).code }
    webLog().info({ permission, ms: ms(), ...refused }, 'command')
    return answer
  } catch (error) {
    webLog().error({ permission, ms: ms(), error }, 'command failed')
    throw error
  }
}

/** By the schema, and without a text that the database would refuse, wherever the schema is silent. */
function wellFormed<S extends z.ZodType>(schema: S, raw: unknown): Result<z.output<S>, EdgeError> {
  const input = schema.safeParse(raw)
  if (!input.success) return err({ code: 'malformed', issues: issuesOf(input.error) })
  const path = unstorableAt(input.data)
  return path === undefined
    ? ok(input.data)
    : err({
        code: 'malformed',
        issues: [{ path, message: 'holds a character that cannot be kept' }],
      })
}

function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
}
