import 'server-only'
import { FluxEvent, isTimely } from '#lib/flux/event.ts'
import { hookKey } from '#lib/hash.ts'
import { isSigned } from '#lib/hmac.ts'
import { receiveFluxEvent } from '#lib/onboarding/receive-flux-event.ts'
import { HOOK_KEY_VERSION } from '#lib/onboarding/steps/credentials.ts'
import { bodyUpTo, jsonIn } from './body.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

const MAX_BODY = 128 * 1024

/** Takes an event of notification-controller: signed over the raw bytes with the key of this cluster and tenant, recent, kept once. Answers fast; work is a job. */
export async function answerFluxHook(
  request: Request,
  from: { clusterId: string; tenantId: string },
): Promise<Response> {
  const signature = request.headers.get('x-signature')
  if (!signature) return problem(401, 'the event is not signed')
  const raw = await bodyUpTo(request, MAX_BODY)
  if (!raw.ok) return problem(413, 'the event is over 128 KiB')
  const key = hookKey(platform().settings.webhookKey, {
    cluster: from.clusterId,
    tenant: from.tenantId,
    version: HOOK_KEY_VERSION,
  })
  if (!isSigned(signature, raw.value, [key])) return problem(401, 'the signature does not match')
  const json = jsonIn(raw.value)
  if (!json.ok) return problem(400, 'the event is not JSON')
  const event = FluxEvent.safeParse(json.value)
  if (!event.success) return problem(400, 'not an event of notification-controller')
  if (!isTimely(event.data, new Date()))
    return problem(422, 'the event is too old, or from the future')
  const fresh = await receiveFluxEvent(platform(), from, event.data)
  return Response.json({ kept: fresh }, { status: fresh ? 202 : 200 })
}
