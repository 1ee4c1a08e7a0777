import 'server-only'
import { FluxEvent, isTimely } from '#lib/flux/event.ts'
import { hookKey } from '#lib/hash.ts'
import { isSigned } from '#lib/hmac.ts'
import { receiveFluxEvent } from '#lib/onboarding/receive-flux-event.ts'
import { HOOK_KEY_VERSION } from '#lib/onboarding/steps/credentials.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

const MAX_BODY = 128 * 1024

/** Takes an event of notification-controller: signed over the raw bytes with the key of this cluster and tenant, recent, kept once. Answers fast; work is a job. */
export async function answerFluxHook(
  request: Request,
  from: { clusterId: string; tenantId: string },
): Promise<Response> {
  const raw = Buffer.from(await request.arrayBuffer())
  if (raw.length > MAX_BODY) return problem(413, 'the event is over 128 KiB')
  const key = hookKey(platform().settings.webhookKey, {
    cluster: from.clusterId,
    tenant: from.tenantId,
    version: HOOK_KEY_VERSION,
  })
  if (!isSigned(request.headers.get('x-signature'), raw, [key]))
    return problem(401, 'the signature does not match')
  const event = FluxEvent.safeParse(JSON.parse(raw.toString('utf8')))
  if (!event.success) return problem(400, 'not an event of notification-controller')
  if (!isTimely(event.data, new Date()))
    return problem(422, 'the event is too old, or from the future')
  const fresh = await receiveFluxEvent(platform(), from, event.data)
  return Response.json({ kept: fresh }, { status: fresh ? 202 : 200 })
}
