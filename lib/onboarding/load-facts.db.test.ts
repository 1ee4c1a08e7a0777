import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { BUILTIN_POLICIES } from '#lib/entitlements/builtin-policies.ts'
import type { CheckResult } from '#lib/entitlements/check-result.ts'
import { recordFacts } from '#lib/entitlements/store.ts'
import { sha256Hex } from '#lib/hash.ts'
import { newId } from '#lib/id.ts'
import { aRequest, type TestOrganisation, testOrganisation } from '#lib/testing/organisation.ts'
import { anotherDirectory } from '#lib/testing/scim-client.ts'
import type { Viewer } from '#lib/viewer.ts'
import { previewService } from './preview-service.ts'
import { requestService } from './request-service.ts'

let organisation: TestOrganisation
let ada: Viewer

beforeAll(async () => {
  organisation = await testOrganisation()
})
beforeEach(async () => {
  ada = await organisation.viewer('ada.okafor')
})
afterAll(() => organisation?.close())

function sql<T>(text: string, ...values: unknown[]): Promise<T[]> {
  return organisation.owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    tx.$queryRawUnsafe<T[]>(text, ...values),
  )
}

async function check(
  id: string,
  differs: Parameters<typeof aRequest>[1] = {},
): Promise<CheckResult> {
  const seen = await previewService(organisation.platform, ada, {
    request: aRequest('facts', differs),
  })
  const found = seen.ok && seen.value.checks.find(({ checkId }) => checkId === id)
  if (!found) throw new Error(JSON.stringify(seen).slice(0, 500))
  return found
}

async function owningTeam(team: string): Promise<string> {
  const { outcome, reasonCode } = await check('owning_team', { owningTeam: team })
  return `${outcome} ${reasonCode}`
}

/** A group of the seeded directory with the people named in it. */
async function aGroup(name: string, users: string[], directory = 'sandbox'): Promise<string> {
  const id = newId('grp')
  await sql(`insert into principal (id, kind) values ($1, 'group')`, id)
  await sql(
    `insert into directory_group (id, directory_id, name, observed_at) select $1, id, $2, now() from directory where name = $3`,
    id,
    name,
    directory,
  )
  await sql(
    `insert into group_member (group_id, person_id) select $1, id from person where user_name = any($2)`,
    id,
    users,
  )
  return id
}

test('a team mostly of the tenant’s people, with a role, or with a service there is one of the tenant; another is not', async () => {
  expect(await owningTeam('payments-core')).toBe('pass rule_kept')
  expect(await owningTeam('payments-owners')).toBe('warn requester_not_in_team')
  expect(await owningTeam('lending-core')).toBe('fail team_foreign')
  expect(await owningTeam('change-approvers')).toBe('fail team_foreign')
  const guild = await aGroup('guild', ['chen.wei', 'dana.silva'])
  expect(await owningTeam('guild')).toBe('fail team_foreign')
  await sql(
    `insert into ci (id, tenant_id, class, name, display_name, natural_key, owner_group_id) select 'svc_guild', id, 'service', 'guilds', 'Guilds', 'payments/guilds', $1 from tenant where slug = 'payments'`,
    guild,
  )
  expect(await owningTeam('guild')).toBe('warn requester_not_in_team')
})

test('a tampered form with another tenant’s team is refused at submit', async () => {
  const answer = await requestService(organisation.platform, ada, {
    request: aRequest('foreign-team', { owningTeam: 'lending-core' }),
  })
  const failing =
    !answer.ok && answer.error.code === 'checks_failed'
      ? answer.error.checks.filter(({ outcome }) => outcome === 'fail')
      : []
  expect(failing).toMatchObject([{ checkId: 'owning_team', reasonCode: 'team_foreign' }])
})

test('a membership that has ended makes nobody a member of a team, nor of the tenant', async () => {
  const group = await aGroup('passing', ['ada.okafor', 'ben.carter'])
  expect(await owningTeam('passing')).toBe('pass rule_kept')
  const end = `update group_member set expires_at = now() - interval '1 minute' where group_id = $1 and person_id = $2`
  await sql(end, group, ada.id)
  expect(await check('owning_team', { owningTeam: 'passing' })).toMatchObject({
    outcome: 'fail',
    finding: 'passing has 1 active member',
  })
  const [developers] = await sql<{ id: string }>(
    `select id from directory_group where name = 'payments-developers'`,
  )
  await sql(end, developers?.id, ada.id)
  expect(await check('may_onboard')).toMatchObject({ outcome: 'fail', reasonCode: 'role_missing' })
  await sql(`update group_member set expires_at = null where group_id = $1`, developers?.id)
})

test('a group of the same name in another directory is another team', async () => {
  await anotherDirectory(organisation, 'partner')
  await aGroup('payments-core', ['chen.wei'], 'partner')
  await aGroup('partner-team', ['ada.okafor', 'ben.carter'], 'partner')
  expect(await owningTeam('payments-core')).toBe('pass rule_kept')
  expect(await owningTeam('partner-team')).toBe('fail team_unknown')
})

const AT = new Date('2026-11-24T12:00:00Z')

async function look(kind: 'namespace' | 'repository', exists: boolean, at = AT): Promise<void> {
  const [cluster] = await sql<{ id: string }>(`select id from cluster where name = 'prod-eu-1'`)
  const key = kind === 'namespace' ? `${cluster?.id}/pay-facts-prod` : 'payments/facts'
  const source = kind === 'namespace' ? 'prod-eu-1' : 'Git host'
  await organisation.platform.db.inContext({ actor: 'sys:test', tenants: [] }, (tx) =>
    recordFacts(tx, [{ kind, key, value: { exists }, observedAt: at, source }]),
  )
}

test.each([
  ['namespace', 'namespace_free', 'pay-facts-prod', 'on prod-eu-1', 'pay-facts-prod on prod-eu-1'],
  ['repository', 'repository_free', 'payments/facts', 'on the Git host', 'payments/facts'],
] as const)(
  'a %s nobody has looked for is called free in our records only; a look is told with its time',
  async (kind, id, name, place, whole) => {
    expect(await check(id)).toMatchObject({
      outcome: 'pass',
      finding: `${name} is free in our records; what stands ${place} is looked at when the step runs`,
    })
    await look(kind, false)
    expect(await check(id)).toMatchObject({
      outcome: 'pass',
      finding: `${name} is free in our records, and was not ${place} at 2026-11-24 12:00 UTC`,
    })
    await look(kind, true, new Date('2026-11-24T11:00:00Z'))
    expect((await check(id)).outcome).toBe('pass')
    await look(kind, true, new Date('2026-11-24T13:00:00Z'))
    const taken = await check(id)
    expect(taken.outcome).toBe('fail')
    expect(taken.finding).toContain(`${whole} is taken by a ${kind} on the`)
    expect(taken.evidence.sources[0]?.observedAt).toBe('2026-11-24T13:00:00.000Z')
  },
)

test('an installation with the built-in rules of before gets those of now, one with its own keeps them', async () => {
  const migration = readFileSync(
    path.resolve(
      import.meta.dirname,
      '../../prisma/migrations/20261125000030_team_of_tenant/migration.sql',
    ),
    'utf8',
  )
  const inForce = () =>
    sql<{ version: number; body: string; hash: string }>(
      `select version, body, encode(hash, 'hex') as hash from entitlement_policy where effective_to is null`,
    )
  const apply = async () => {
    for (const statement of migration.split(/(?<=^end \$\$;)|(?<=;)\n(?=update)/m))
      await sql(statement)
  }
  await apply()
  expect(await inForce()).toMatchObject([{ version: 1, body: BUILTIN_POLICIES }])
  await sql(
    `update entitlement_policy set body = $1`,
    BUILTIN_POLICIES.replace(' && context.team_of_tenant', '').replaceAll(
      'not known to be taken',
      'free',
    ),
  )
  await apply()
  expect(await inForce()).toEqual([
    { version: 2, body: BUILTIN_POLICIES, hash: sha256Hex(BUILTIN_POLICIES) },
  ])
})
