import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'
import { findForPalette } from '../find-for-palette.ts'

const LONGEST = 100

/** What the palette finds for `q`, in the caller's own scope. A request and no action: actions wait for each other, and one that is under way can swallow the way to what was chosen. */
export const GET = route('self', async ({ request, viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const query = (new URL(request.url).searchParams.get('q') ?? '').trim().slice(0, LONGEST)
  return Response.json(query === '' ? [] : await findForPalette(platform(), viewer, query))
})
