import type { z } from 'zod'
import type { Result } from '#lib/result.ts'
import { ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { SaveDraft } from './request-service.schema.ts'

/** Keeps a form as typed: one row per person and form, the last write wins. */
export async function saveDraft(
  platform: Platform,
  viewer: Viewer,
  { form, body }: z.infer<typeof SaveDraft>,
): Promise<Result<{ savedAt: string }, never>> {
  return platform.transact(viewer, { reason: 'draft' }, async (tx) => {
    const rows = await tx.$queryRaw<{ at: Date }[]>`
      insert into change_draft (person_id, form, body, saved_at) values (${viewer.id}, ${form}, ${JSON.stringify(body)}::jsonb, clock_timestamp())
      on conflict (person_id, form) do update set body = excluded.body, saved_at = excluded.saved_at returning saved_at as at`
    return ok({ savedAt: (rows[0]?.at ?? new Date(0)).toISOString() })
  })
}

/** Throws a draft away, after a submit or on request. */
export async function dropDraft(
  platform: Platform,
  viewer: Viewer,
  { form }: { form: string },
): Promise<Result<{ dropped: true }, never>> {
  return platform.transact(viewer, { reason: 'draft' }, async (tx) => {
    await tx.$executeRaw`delete from change_draft where person_id = ${viewer.id} and form = ${form}`
    return ok({ dropped: true as const })
  })
}
