import { route } from '#lib/web/route.ts'

export const dynamic = 'force-dynamic'

export const GET = route('public', async () => new Response('alive\n'))
