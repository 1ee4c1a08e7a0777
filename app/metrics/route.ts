import { metrics } from '#lib/web/health.ts'
import { route } from '#lib/web/route.ts'

export const dynamic = 'force-dynamic'

export const GET = route('metrics', ({ request }) => metrics(request))
