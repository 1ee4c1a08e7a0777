import { findReaders } from '#lib/changes/conversation-queries.ts'
import { overLimit, tooMany } from '#lib/web/limit.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'

const LONGEST = 60

/** Who may be mentioned in a comment on the change, by the beginning of a name. */
export const GET = route('change.comment', async ({ request, viewer, params }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const wait = await overLimit('checks', viewer.id)
  if (wait !== null) return tooMany(wait)
  const number = /^\d{1,15}$/.test(params.number ?? '') ? Number(params.number) : 0
  const typed = (new URL(request.url).searchParams.get('q') ?? '').trim().slice(0, LONGEST)
  const people = await findReaders(platform(), viewer, { number, typed })
  return people ? Response.json(people) : problem(404, 'no such change')
})
