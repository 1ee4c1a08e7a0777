import { single } from '#components/list-url.ts'
import { readHeadLines, readSpan } from '#lib/audit/chain-queries.ts'
import { CONTENT_TYPES, encodeLine } from '#lib/audit/formats/encode.ts'
import type { AuditFormat } from '#lib/audit/formats/record.ts'
import { AskExport } from '#lib/onboarding/audit-export/ask-export.schema.ts'
import { askExport, type ExportSpan } from '#lib/onboarding/audit-export/ask-export.ts'
import type { Viewer } from '#lib/viewer.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'

const ENDINGS: Record<AuditFormat, string> = { jsonl: 'jsonl', ocsf: 'ocsf.jsonl', cef: 'cef' }
const REFUSALS = {
  tenant_unknown: 'there is no such chain, or you may not read it',
  nothing_in_span: 'the chain has no event in that span',
} as const

/** A span of one chain as a file, streamed: JSON Lines with the signed ends in it, OCSF, or CEF. It stands in the chain that it was taken. */
export const GET = route('audit.read', async ({ request, viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  // taking a span writes an event: no page of another site may have somebody do it (Fetch Metadata)
  if (request.headers.get('sec-fetch-site') === 'cross-site')
    return problem(403, 'this was asked from another site; take it from the audit page')
  const asked = AskExport.safeParse(single(Object.fromEntries(new URL(request.url).searchParams)))
  if (!asked.success)
    return problem(
      400,
      asked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    )
  const { format, tenant } = asked.data
  const permitted = await askExport(platform(), viewer, asked.data)
  if (!permitted.ok) return problem(404, REFUSALS[permitted.error.code])
  const span = permitted.value
  const name = `stairway-audit-${tenant}-${span.from}-${span.to}.${ENDINGS[format]}`
  return new Response(streamOf(linesOf(viewer, format, span)), {
    headers: {
      'content-type': CONTENT_TYPES[format],
      'content-disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '_')}"`,
    },
  })
})

async function* linesOf(
  viewer: Viewer,
  format: AuditFormat,
  span: ExportSpan,
): AsyncGenerator<string> {
  for await (const records of readSpan(platform(), viewer, span))
    yield records.map((record) => `${encodeLine(format, record)}\n`).join('')
  if (format !== 'jsonl') return
  const heads = await readHeadLines(platform(), viewer, span)
  yield heads.map((head) => `${JSON.stringify(head)}\n`).join('')
}

/** Pulled as fast as the reader takes it. */
function streamOf(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await lines.return(undefined)
    },
  })
}
