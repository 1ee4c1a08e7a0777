import { answerFluxHook } from '#lib/web/flux-hook.ts'
import { route } from '#lib/web/route.ts'

export const POST = route('signature', ({ request, params }) =>
  answerFluxHook(request, { clusterId: params.cluster ?? '', tenantId: params.tenant ?? '' }),
)
