import { readHeadLines } from '#lib/audit/chain-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'

/** The newest signed end of each chain that the viewer may read: to be kept outside, and given to verify-chain and restore. */
export const GET = route('audit.read', async ({ viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  return Response.json(
    { heads: await readHeadLines(platform(), viewer, null) },
    { headers: { 'content-disposition': 'attachment; filename="stairway-audit-heads.json"' } },
  )
})
