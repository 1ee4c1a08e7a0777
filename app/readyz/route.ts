import { readiness } from '#lib/web/health.ts'
import { route } from '#lib/web/route.ts'

export const dynamic = 'force-dynamic'

export const GET = route('public', async () => {
  const state = await readiness()
  return Response.json(state, { status: state.ready ? 200 : 503 })
})
