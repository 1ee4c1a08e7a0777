import 'server-only'
import type { z } from 'zod'
import { may, type Permission } from '#lib/auth/permissions.ts'
import type { Result } from '#lib/result.ts'
import { err } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from './platform.ts'
import { currentViewer } from './viewer.ts'

type Command<I, T, E> = (platform: Platform, viewer: Viewer, input: I) => Promise<Result<T, E>>

/** What the edge itself may refuse, before any command runs. */
export type EdgeError =
  | { code: 'signed_out' }
  | { code: 'not_permitted'; permission: Permission }
  | { code: 'malformed'; issues: { path: string; message: string }[] }

export type Action<I, T, E> = (input: I) => Promise<Result<T, E | EdgeError>>

/** Every mutation from the browser passes here: who are you, may you at all, is it well formed, then the command. */
export function action<S extends z.ZodType, T, E>(
  schema: S,
  permission: Permission,
  command: Command<z.output<S>, T, E>,
): Action<z.input<S>, T, E> {
  return async (raw) => {
    const viewer = await currentViewer()
    if (!viewer) return err({ code: 'signed_out' })
    if (!may(viewer, permission)) return err({ code: 'not_permitted', permission })
    const input = schema.safeParse(raw)
    if (!input.success) return err({ code: 'malformed', issues: issuesOf(input.error) })
    return command(platform(), viewer, input.data)
  }
}

function issuesOf(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }))
}
