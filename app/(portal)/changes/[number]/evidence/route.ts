import { changeNumber } from '#components/change-number.ts'
import { readPack } from '#lib/evidence/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'

/** The newest evidence pack of a change, byte for byte as the worker sealed it. */
export const GET = route('audit.read', async ({ params, viewer }) => {
  const number = Number(params.number)
  const body =
    viewer && Number.isSafeInteger(number) ? await readPack(platform(), viewer, number) : null
  if (!body) return problem(404, 'no such evidence pack')
  return new Response(body, {
    headers: {
      'content-type': 'application/x-tar',
      'content-disposition': `attachment; filename="${changeNumber(number)}-evidence.tar"`,
      'cache-control': 'private, no-store',
    },
  })
})
