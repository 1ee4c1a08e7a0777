import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { may, type Permission } from '#lib/auth/permissions.ts'
import { saveFreeze } from '#lib/onboarding/freezes/save-freeze.ts'
import { ROOT, ROUTES } from '#lib/testing/declared.ts'
import { aFreeze } from '#lib/testing/freezes.ts'
import { type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { marksIn, type Payments, paymentsAtWork } from '#lib/testing/two-tenants.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import type { Viewer } from '#lib/viewer.ts'
import { declared } from '#lib/web/route.ts'

let organisation: TestOrganisation
let payments: Payments
let chen: Viewer
let ada: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
  webProcessOf(organisation)
  payments = await paymentsAtWork(organisation)
  chen = await organisation.viewer('chen.wei')
  ada = await organisation.viewer('ada.okafor')
  const scope = { tenants: ['payments'], environments: [], clusters: [] }
  await saveFreeze(
    organisation.platform,
    await organisation.viewer('grace.kim'),
    aFreeze({ name: 'walled freeze', start: '2027-06-01T00:00', scope }),
  )
})
afterAll(() => organisation?.close())

const numbered = (of: 'waiting' | 'running') => () => ({ number: String(payments[of].number) })

/** Every route, by file and method; what proves a machine is tested where machines are. */
const CALLS: Readonly<
  Record<string, 'machine' | 'behind' | 'own' | (() => Record<string, string>)>
> = {
  'app/(portal)/audit/chain/route.ts GET': 'behind',
  'app/(portal)/audit/export/route.ts GET': 'behind',
  'app/(portal)/audit/heads/route.ts GET': 'behind',
  'app/(portal)/audit/keys/route.ts GET': 'behind',
  'app/(portal)/audit/reports/[report]/export/route.ts GET': 'behind',
  'app/(portal)/calendar/export/route.ts GET': 'own',
  'app/(portal)/changes/[number]/evidence/route.ts GET': 'behind',
  'app/(portal)/changes/[number]/people/route.ts GET': numbered('waiting'),
  'app/(portal)/changes/[number]/baseline/route.ts GET': numbered('running'),
  'app/(portal)/changes/[number]/runs/[n]/events/route.ts GET': () => ({
    number: String(payments.running.number),
    n: '1',
  }),
  'app/(portal)/find/route.ts GET': 'own',
  'app/api/hooks/flux/v1/[cluster]/[tenant]/route.ts POST': 'machine',
  'app/api/scim/v2/[...path]/route.ts DELETE': 'machine',
  'app/api/why/route.ts GET': () => ({}),
  'app/healthz/route.ts GET': 'machine',
  'app/metrics/route.ts GET': 'machine',
  'app/readyz/route.ts GET': 'machine',
}

test('every route has its line, and no line is left of one that is gone', () => {
  const routes = ROUTES.map(({ file, name }) => `${file} ${methodOf(name)}`)
  expect(Object.keys(CALLS).sort()).toEqual(routes.sort())
})

test.each(ROUTES)(
  '$file: $name tells Chen of nothing that is Payments’',
  async ({ file, name, allows }) => {
    const method = methodOf(name)
    const call = CALLS[`${file} ${method}`]
    const module = (await import(path.join(ROOT, file))) as Record<string, object>
    const route = declared.get(module[method] ?? {})
    expect(route?.access).toBe(allows)
    if (call === 'machine')
      expect(['directory', 'signature', 'metrics', 'public']).toContain(allows)
    else if (call === 'behind') expect(may(chen, allows as Permission)).toBe(false)
    else if (call === 'own') {
      const request = new Request('http://localhost:3000/x?q=walled')
      const told = async (viewer: Viewer) =>
        (await route?.handler({ request, params: {}, viewer, requestId: 'r' }))?.text()
      expect(marksIn(await told(chen), payments)).toEqual([])
      expect(marksIn(await told(ada), payments)).toContain('walled')
    } else {
      const answer = await route?.handler({
        request: new Request('http://localhost:3000/x'),
        params: call?.() ?? {},
        viewer: chen,
        requestId: 'r',
      })
      expect(answer?.status).toBe(404)
    }
  },
)

/** `export { handler as DELETE, … }` is one handler under several names. */
function methodOf(name: string): string {
  return /as (\w+)/.exec(name)?.[1] ?? name
}
