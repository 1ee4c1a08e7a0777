import { WhyAsked } from '#lib/onboarding/why/why.schema.ts'
import { readWhy } from '#lib/onboarding/why/why-queries.ts'
import { platform } from '#lib/web/platform.ts'
import { problem, route } from '#lib/web/route.ts'

/** Why a person can or cannot onboard something somewhere: the same answer as the page, as JSON. */
export const GET = route('service.read', async ({ request, viewer, requestId }) => {
  if (!viewer) return new Response(null, { status: 401 })
  const query = Object.fromEntries(new URL(request.url).searchParams)
  const asked = WhyAsked.safeParse(query)
  if (!asked.success) return problem(400, 'the question does not have the form that is expected')
  const why = await readWhy(platform(), viewer, asked.data)
  return why
    ? Response.json(why)
    : problem(404, 'no such tenant or person, or you may not ask about them', requestId)
})
