import { single } from '#components/list-url.ts'
import { exportAudit } from '#lib/audit/queries.ts'
import { csv } from '#lib/csv.ts'
import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'

export const GET = route('audit.read', async ({ request, viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const query = single(Object.fromEntries(new URL(request.url).searchParams))
  const rows = await exportAudit(platform(), viewer, query)
  const text = csv(
    ['chain', 'seq', 'at', 'actor', 'action', 'subject', 'change', 'payload', 'hash', 'previous'],
    rows.map((row) => [
      row.tenant,
      row.seq,
      row.at,
      row.actor,
      row.action,
      row.subject,
      row.change,
      row.payload,
      row.hash,
      row.prev,
    ]),
  )
  return new Response(text, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="stairway-audit.csv"',
    },
  })
})
