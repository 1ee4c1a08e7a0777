import { listSigningKeys } from '#lib/evidence/queries.ts'
import { platform } from '#lib/web/platform.ts'
import { route } from '#lib/web/route.ts'

/** Public halves of the keys that sign audit heads and evidence packs, the newest first. */
export const GET = route('audit.read', async ({ viewer }) => {
  if (!viewer) return new Response(null, { status: 401 })
  return Response.json({ algorithm: 'Ed25519', keys: await listSigningKeys(platform(), viewer) })
})
