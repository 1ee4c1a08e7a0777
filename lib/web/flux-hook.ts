import 'server-only'
import { hookGeneration } from '#lib/fleet/rebuild-store.ts'
import { FluxEvent, isTimely } from '#lib/flux/event.ts'
import { hookKey } from '#lib/hash.ts'
import { isSigned } from '#lib/hmac.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { receiveFluxEvent } from '#lib/onboarding/receive-flux-event.ts'
import { bodyUpTo, jsonIn } from './body.ts'
import { addressOf, overLimit, tooMany } from './limit.ts'
import { platform } from './platform.ts'
import { problem } from './route.ts'

const MAX_BODY = 128 * 1024

/** Takes an event of notification-controller: signed over the raw bytes with the key of this cluster and tenant, recent, kept once. Answers fast; work is a job. */
export async function answerFluxHook(
  request: Request,
  from: { clusterId: string; tenantId: string },
): Promise<Response> {
  const signature = request.headers.get('x-signature')
  if (!signature) return unproven(request, 'the event is not signed')
  const raw = await bodyUpTo(request, MAX_BODY)
  if (!raw.ok) return problem(413, 'the event is over 128 KiB')
  if (!(await isProven(signature, raw.value, from)))
    return unproven(request, 'the signature does not match')
  const wait = await overLimit('hooks', `${from.clusterId}/${from.tenantId}`)
  if (wait !== null) return tooMany(wait)
  const json = jsonIn(raw.value)
  if (!json.ok) return problem(400, 'the event is not JSON')
  const event = FluxEvent.safeParse(json.value)
  if (!event.success) return problem(400, 'not an event of notification-controller')
  if (!isTimely(event.data, new Date()))
    return problem(422, 'the event is too old, or from the future')
  const fresh = await receiveFluxEvent(platform(), from, event.data)
  return Response.json({ kept: fresh }, { status: fresh ? 202 : 200 })
}

/** Whether it was signed with the key that the cluster's Flux holds since it was last primed. */
async function isProven(
  signature: string,
  body: Uint8Array,
  { clusterId, tenantId }: { clusterId: string; tenantId: string },
): Promise<boolean> {
  const { db, settings } = platform()
  const generation = await db.inContext({ actor: 'sys:hook', tenants: [PLATFORM_TENANT] }, (tx) =>
    hookGeneration(tx, clusterId),
  )
  if (generation === undefined) return false
  const key = hookKey(settings.webhookKey, { cluster: clusterId, tenant: tenantId, generation })
  return isSigned(signature, body, [key])
}

async function unproven(request: Request, detail: string): Promise<Response> {
  const wait = await overLimit('unproven', addressOf(request))
  return wait === null ? problem(401, detail) : tooMany(wait)
}
