import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorText, type KnownError } from '#components/error-text.ts'
import type { CheckResult } from '#lib/entitlements/check-result.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import type { Viewer } from '#lib/viewer.ts'
import { performances } from '#lib/web/action.ts'
import { requestServiceAction } from './actions.ts'

let organisation: TestOrganisation
let ada: Viewer
let standing: { changeId: string; lending: string }

beforeAll(async () => {
  organisation = await testOrganisation()
  ada = await organisation.viewer('ada.okafor')
  const of = async (user: string, request: ReturnType<typeof aRequest>) => {
    const viewer = await organisation.viewer(user)
    const made = await requestService(organisation.platform, viewer, { request })
    if (!made.ok) throw new Error(JSON.stringify(made.error).slice(0, 500))
    return made.value.changeId
  }
  const theirs = { tenant: 'lending', costCode: 'CC-51020', owningTeam: 'lending-core' }
  standing = {
    changeId: await of('ada.okafor', aRequest('standing')),
    lending: await of('chen.wei', aRequest('theirs', theirs)),
  }
})
afterAll(() => organisation?.close())

function sql<T>(text: string): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(text),
  )
}

/** Rows of every table in which a request leaves something. */
async function written(): Promise<unknown> {
  const tables = ['change', 'change_revision', 'change_transition', 'plan', 'plan_item', 'blob']
  const more = ['name_reservation', 'check_result', 'approval_stage', 'decision', 'notice']
  const last = ['delivery', 'audit_event', 'row_history', 'pgboss.job']
  const counts = [...tables, ...more, ...last].map(
    (table) => `(select count(*)::int from ${table}) as "${table}"`,
  )
  return (await sql(`select ${counts.join(', ')}`))[0]
}

const submit = performances.get(requestServiceAction)

type Refusal = KnownError & { checks?: CheckResult[] }

/** What the edge of the web process answers to this form, and that nothing is left of it. */
async function refused(form: unknown): Promise<{ code: string; words: string }> {
  const before = await written()
  const answer = await submit?.(organisation.platform, ada, form)
  expect(await written()).toEqual(before)
  if (!answer || answer.ok) throw new Error('it was let through')
  const error = answer.error as Refusal
  const failing = error.checks?.filter(({ outcome }) => ['fail', 'error'].includes(outcome)) ?? []
  const { happened, next } = errorText(error)
  const findings = failing.map(({ finding }) => finding)
  return { code: error.code, words: [happened, next, ...findings].join(' ') }
}

type Differs = Parameters<typeof aRequest>[1]
const asked = (differs: object) => ({ request: { ...aRequest('bad'), ...(differs as Differs) } })

const NOT_A_NAME = 'lower-case letters, digits and hyphens'

test.each([
  ['a name of 41', { name: 'a'.repeat(41) }, 'request.name: at most 40 characters'],
  ['no name', { name: '' }, 'request.name: needs a name'],
  ['a name in capitals', { name: 'Ledger' }, NOT_A_NAME],
  ['a name of other letters', { name: 'größe' }, NOT_A_NAME],
  ['a name of letters that look alike', { name: 'lеdger' }, NOT_A_NAME],
  ['a name with a hyphen at its end', { name: 'ledger-' }, NOT_A_NAME],
  ['a name that begins with a digit', { name: '1ledger' }, NOT_A_NAME],
  ['a name that climbs', { name: '../ledger' }, NOT_A_NAME],
  ['a name of two lines', { name: 'ledger\n' }, NOT_A_NAME],
  ['a name that is a number', { name: 7 }, 'request.name'],
  ['no title', { displayName: '  ' }, 'request.displayName: needs a title'],
  ['a title of two lines', { displayName: 'a\nb' }, 'request.displayName: one line'],
  ['a title that reads backwards', { displayName: 'a\u202eb' }, 'request.displayName: one line'],
  ['a title of 201', { displayName: 'x'.repeat(201) }, 'request.displayName: at most 200'],
  ['a NUL in its reason', { reason: 'a\0b' }, 'request.reason: holds a character'],
  ['half of a pair in its description', { description: '\ud83d' }, 'request.description: holds'],
  [
    'a NUL in a parameter',
    { parameters: { greeting: '\0' } },
    'request.parameters.greeting: holds',
  ],
  ['a reason of 2001', { reason: 'x'.repeat(2001) }, 'request.reason: at most 2000'],
  ['no cluster', { targets: [] }, 'request.targets: choose at least one cluster'],
  [
    '501 clusters',
    { targets: Array.from({ length: 501 }, (_, n) => ({ environment: 'dev', cluster: `c${n}` })) },
    'request.targets: at most 500 clusters',
  ],
  [
    'one cluster twice',
    { targets: [1, 2].map(() => ({ environment: 'prod', cluster: 'prod-eu-1' })) },
    'request.targets: prod on prod-eu-1 is chosen twice',
  ],
  ['a field that was not offered', { approved: true }, 'approved'],
  [
    'a field of a target that was not offered',
    { targets: [{ environment: 'prod', cluster: 'prod-eu-1', namespace: 'kube-system' }] },
    'namespace',
  ],
  ['parameters that are a list', { parameters: ['x'] }, 'request.parameters'],
  ['a class of data beyond the last', { dataClass: 4 }, 'request.dataClass'],
  ['half a class of data', { dataClass: 0.5 }, 'request.dataClass'],
  ['a tier in words', { tier: 'one' }, 'request.tier'],
  ['a size of its own', { size: 'huge' }, 'request.size'],
  ['no cost code', { costCode: '' }, 'request.costCode: needs a cost code'],
  ['no business application', { application: ' ' }, 'request.application: needs'],
  ['no team', { owningTeam: '' }, 'request.owningTeam: needs an owning team'],
])('a form with %s is refused at its field', async (_, differs, words) => {
  const answer = await refused(asked(differs))
  expect(answer.code).toBe('malformed')
  expect(answer.words).toContain(words)
})

test.each([
  ['no form at all', undefined],
  ['a text', 'request'],
  ['more than a request', { ...asked({}), tenantId: 'ten_x' }],
  ['a revision in words', { ...asked({}), changeId: 'chg_x', baseRevision: 'one' }],
])('%s is refused', async (_, form) => {
  expect((await refused(form)).code).toBe('malformed')
})

test.each([
  ['another tenant', { tenant: 'lending' }, 'tenant_not_found', 'no such tenant'],
  ['the platform’s own tenant', { tenant: 'platform' }, 'tenant_not_found', 'no such tenant'],
  ['a tenant of SQL', { tenant: "payments' or '1'='1" }, 'tenant_not_found', 'no such tenant'],
  [
    'a cluster nobody knows',
    { targets: [{ environment: 'prod', cluster: 'moon-1' }] },
    'cluster_unknown',
    'moon-1',
  ],
  ['a template nobody knows', { template: 'nothing' }, 'template_unknown', 'nothing'],
  [
    'a parameter too many',
    { parameters: { greeting: 'x', root: true } },
    'parameters_invalid',
    'root',
  ],
  [
    'a parameter of another type',
    { parameters: { greeting: 7 } },
    'parameters_invalid',
    'greeting',
  ],
  [
    'a parameter out of its choices',
    { parameters: { greeting: 'x', logLevel: 'all' } },
    'parameters_invalid',
    'logLevel',
  ],
  ['a reserved name', { name: 'settings' }, 'checks_failed', 'the name is reserved'],
  ['a name of Kubernetes', { name: 'kube-proxy' }, 'checks_failed', 'the name is reserved'],
  ['a name that is held', { name: 'standing' }, 'checks_failed', 'taken by another open change'],
  [
    'the cost code of another tenant',
    { costCode: 'CC-51020' },
    'checks_failed',
    'no cost code `CC-51020`',
  ],
  ['a cost code that ended', { costCode: 'CC-40001' }, 'checks_failed', 'CC-40001 is closed'],
  ['a cost code nobody knows', { costCode: "CC-1'--" }, 'checks_failed', 'no cost code'],
  [
    'the team of another tenant',
    { owningTeam: 'lending-core' },
    'checks_failed',
    'no part in payments',
  ],
  [
    'an environment that the cluster does not serve',
    { targets: [{ environment: 'prod', cluster: 'dev-eu-1' }] },
    'checks_failed',
    'dev-eu-1 does not serve prod',
  ],
  [
    'an environment nobody knows',
    { targets: [{ environment: 'moon', cluster: 'dev-eu-1' }] },
    'checks_failed',
    'may not use moon',
  ],
] as const)('a tampered form with %s is refused in words', async (_, differs, code, words) => {
  const answer = await refused(asked(differs))
  expect(answer.code).toBe(code)
  expect(answer.words).toContain(words)
})

test('a cluster that admits the tenant no longer, and a template withdrawn, are refused by name', async () => {
  await sql(
    `delete from tenant_cluster a using cluster c, tenant t where c.id = a.cluster_id and t.id = a.tenant_id and c.name = 'prod-us-1' and t.slug = 'payments'`,
  )
  await sql(`update template set state = 'retired' where name = 'static-site'`)
  const targets = [{ environment: 'prod', cluster: 'prod-us-1' }]
  const { code, words } = await refused(asked({ targets, template: 'static-site', parameters: {} }))
  expect(code).toBe('checks_failed')
  expect(words).toContain('prod-us-1 does not admit payments for prod')
  expect(words).toContain('static-site is retired')
})

test.each([
  ['another tenant’s change', () => ({ changeId: standing.lending }), 'change_not_found'],
  ['a change nobody knows', () => ({ changeId: 'chg_x' }), 'change_not_found'],
  [
    'a revision before this one',
    () => ({ changeId: standing.changeId, baseRevision: 0 }),
    'edited_meanwhile',
  ],
  [
    'a revision to come',
    () => ({ changeId: standing.changeId, baseRevision: 2 }),
    'edited_meanwhile',
  ],
])('an edit of %s is refused', async (_, edit, code) => {
  expect((await refused({ ...asked({ name: 'standing' }), ...edit() })).code).toBe(code)
})
