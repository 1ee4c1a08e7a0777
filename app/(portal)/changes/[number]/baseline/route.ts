import { readManifest } from '#lib/onboarding/baseline/read-manifest.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'

/** The approved bytes of a cluster's baseline, as one manifest to apply. */
export const GET = route('change.read', async ({ params, viewer }) => {
  const number = Number(params.number)
  const manifest =
    viewer && Number.isSafeInteger(number) ? await readManifest(platform(), viewer, number) : null
  if (!manifest) return problem(404, 'no such approved baseline')
  return new Response(manifest.text, {
    headers: {
      'content-type': 'application/yaml; charset=utf-8',
      'content-disposition': `attachment; filename="cluster-baseline-${manifest.version}.yaml"`,
      'cache-control': 'private, no-store',
    },
  })
})
