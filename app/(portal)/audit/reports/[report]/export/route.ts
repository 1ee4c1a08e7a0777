import { readReport } from '#lib/audit/report-queries.ts'
import { isReportName, REPORTS } from '#lib/audit/reports.ts'
import { csv } from '#lib/csv.ts'
import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'

const EXPORT_MOST = 10_000

export const GET = route('audit.read', async ({ request, viewer, params }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const name = params.report ?? ''
  if (!isReportName(name)) return new Response(null, { status: 404 })
  const day = new URL(request.url).searchParams.get('day') ?? undefined
  const answer = await readReport(platform(), viewer, { name, day, most: EXPORT_MOST })
  if (!answer) return new Response(null, { status: 404 })
  const rows = answer.rows.map(({ cells }) => cells)
  return new Response(csv(REPORTS[name].columns, rows), {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="stairway-${name}.csv"`,
    },
  })
})
