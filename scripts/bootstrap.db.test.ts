import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSealer, newSealingKeys } from '#lib/adapters/vault/sealing.ts'
import { loadViewer, openSession, personOf } from '#lib/auth/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { openQueue, type Queue } from '#lib/jobs/queue.ts'
import { changeAdmission } from '#lib/onboarding/manage-tenant.ts'
import { registerCluster } from '#lib/onboarding/register-cluster.ts'
import { requestService } from '#lib/onboarding/request-service.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { type TestDatabase, testDatabase } from '#lib/testing/database.ts'
import { aRequest, settingsAt, type TestOrganisation } from '#lib/testing/organisation.ts'
import { scimClient } from '#lib/testing/scim-client.ts'
import { signedInNow } from '#lib/testing/strong-sign-in.ts'
import { webProcessOf } from '#lib/testing/web-process.ts'
import type { Viewer } from '#lib/viewer.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const EXAMPLE = path.join(ROOT, 'docs/organisation.example.yaml')
const ISSUER = 'https://login.bank.example'

let database: TestDatabase
let owner: Database
let db: Database
let queue: Queue
let platform: Platform
let folder: string
let token = ''

beforeAll(async () => {
  folder = mkdtempSync('/var/tmp/stairway-bootstrap-')
  database = await testDatabase()
  owner = connect(database.ownerUrl, { poolSize: 2, timeoutMs: 20_000 })
  db = connect(database.appUrl, { poolSize: 4, timeoutMs: 20_000 })
  queue = await openQueue(database.appUrl)
  platform = {
    ...{ db, queue, ...viewerDatabase(db), allowsOutbound: () => true },
    sealer: createSealer(newSealingKeys().publicKey),
    settings: settingsAt(ISSUER),
  }
})

afterAll(async () => {
  await queue?.stop()
  await db?.close()
  await owner?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

function bootstrap(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { NODE_ENV: 'production' as const, OWNER_DATABASE_URL: database.ownerUrl }
  return spawnSync(process.execPath, ['scripts/bootstrap.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  })
}

/** The example with pieces of its text exchanged, as a file. */
function exampleWith(...exchanges: [string, string][]): string {
  const file = path.join(folder, 'organisation.yaml')
  writeFileSync(
    file,
    exchanges.reduce(
      (text, [piece, other]) => text.replace(piece, other),
      readFileSync(EXAMPLE, 'utf8'),
    ),
  )
  return file
}

function rows<T>(sql: string): Promise<T[]> {
  return owner.inContext({ actor: 'sys:test', tenants: [] }, (tx) => tx.$queryRawUnsafe<T[]>(sql))
}

/** How many rows every table holds. */
async function counted(): Promise<Record<string, number>> {
  const tables = await rows<{ name: string }>(
    `select relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and relkind = 'r' order by 1`,
  )
  const counts = tables.map(
    ({ name }) => `select '${name}' as name, count(*)::int as n from "${name}"`,
  )
  const found = await rows<{ name: string; n: number }>(counts.join(' union all '))
  return Object.fromEntries(found.map(({ name, n }) => [name, n]))
}

test('a file that is not right lays nothing, and every reason is told', async () => {
  const before = await counted()
  const wrong = bootstrap(exampleWith(['prefix: len', 'prefix: pay'], ['CC-51020', 'CC-40718']))
  expect(wrong).toMatchObject({ status: 1, stdout: '' })
  expect(wrong.stderr).toMatch(
    /for 2 reasons:\n {2}tenants: the prefix `pay`.*\n {2}tenants: the cost code `CC-40718`/,
  )
  expect(bootstrap('nowhere.yaml').stderr).toContain('nowhere.yaml: cannot be read (ENOENT)')
  expect(await counted()).toEqual(before)
})

test('an empty installation gets all that the file names, and a token that is shown once', async () => {
  const first = bootstrap(EXAMPLE)
  expect(first).toMatchObject({ status: 0, stderr: '' })
  token = /scim_[\w-]{43}/.exec(first.stdout)?.[0] ?? ''
  expect(token).not.toBe('')
  expect(await rows('select slug, prefix, git_org from tenant order by slug')).toEqual([
    { slug: 'lending', prefix: 'len', git_org: 'bank-lending' },
    { slug: 'payments', prefix: 'pay', git_org: 'bank-payments' },
    { slug: 'platform', prefix: 'plt', git_org: 'bank-platform' },
  ])
  const told = await rows<{ slug: string; actor: string; action: string; body: string }>(
    `select t.slug, e.actor, e.action, p.body from audit_event e join audit_payload p using (tenant_id, seq) join tenant t on t.id = e.tenant_id order by t.slug, e.seq`,
  )
  expect(told.map(({ slug, actor, action }) => [slug, actor, action])).toEqual([
    ['lending', 'sys:bootstrap', 'organisation.seeded'],
    ['payments', 'sys:bootstrap', 'organisation.seeded'],
    ['platform', 'sys:bootstrap', 'directory.token_issued'],
    ['platform', 'sys:bootstrap', 'organisation.seeded'],
  ])
  expect(told.some(({ body }) => body.includes(token))).toBe(false)
  expect(await rows('select id from tenant where app.audit_first_break(id) is not null')).toEqual(
    [],
  )
})

test('a repeat changes nothing and says so', async () => {
  const before = await counted()
  const again = bootstrap(EXAMPLE)
  expect(again).toMatchObject({
    status: 0,
    stdout: 'nothing to lay: all that the file names is there\n',
  })
  expect(await counted()).toEqual(before)
})

test('a repeat reads the cost codes again, so that they do not grow too old to be believed', async () => {
  await rows(`update cost_code set observed_at = now() - interval '40 days'`)
  await rows(
    `update cost_code set source = 'finance feed', chargeable = true where code = 'CC-51099'`,
  )
  const again = bootstrap(exampleWith(['name: Payments run', 'name: Payments run and change']))
  expect(again.stdout).toBe(
    [
      'laid:',
      '  cost code CC-40718 of payments, changed',
      'otherwise than the file says, and left as it is:',
      '  cost code CC-51099: chargeable is true, the file says false',
      '',
    ].join('\n'),
  )
  expect(
    await rows(
      `select code, name, observed_at > now() - interval '1 day' as fresh from cost_code order by code`,
    ),
  ).toEqual([
    { code: 'CC-40718', name: 'Payments run and change', fresh: true },
    { code: 'CC-51020', name: 'Lending run', fresh: true },
    { code: 'CC-51099', name: 'Lending overhead', fresh: false },
  ])
  await rows(`update cost_code set source = 'organisation file' where code = 'CC-51099'`)
  expect(bootstrap(EXAMPLE).status).toBe(0)
})

test('what people changed since stays, what is new is laid, and the difference is told', async () => {
  await rows(`update tenant_quota set instances = 7 where environment = 'dev'`)
  const grown = bootstrap(
    exampleWith(
      ['maxServices: 200', 'maxServices: 300'],
      ['  - name: prod\n', '  - name: prod\n    production: true\n  - name: live\n'],
    ),
  )
  expect(grown.stdout).toBe(
    [
      'laid:',
      '  environment live',
      'otherwise than the file says, and left as it is:',
      '  tenant payments: maxServices is 200, the file says 300',
      '  quota of payments in dev: instances is 7, the file says 200',
      '  quota of lending in dev: instances is 7, the file says 100',
      '',
    ].join('\n'),
  )
  expect(await rows('select name, rank, production from environment order by rank')).toEqual([
    { name: 'dev', rank: 1, production: false },
    { name: 'test', rank: 2, production: false },
    { name: 'prod', rank: 3, production: true },
    { name: 'live', rank: 4, production: true },
  ])
  const taken = bootstrap(exampleWith(['slug: lending', 'slug: leasing']))
  expect(taken).toMatchObject({ status: 1 })
  expect(taken.stderr).toContain('tenants.1.prefix: `len` is the prefix of tenant `lending`')
})

const GROUPS = {
  'payments-developers': ['ada', 'ann'],
  'payments-owners': ['ben', 'bea'],
  'lending-developers': ['chen'],
  'stairway-admins': ['grace'],
  'change-approvers': ['hana', 'hugo'],
  'it-auditors': ['iris'],
}

test('whom the directory pushes with that token signs in with the roles of the file', async () => {
  webProcessOf({ platform } as TestOrganisation)
  const scim = scimClient(token)
  const ids: Record<string, string> = {}
  for (const user of Object.values(GROUPS).flat()) {
    const made = await scim('POST', 'Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      ...{ userName: user, externalId: `sub-${user}`, displayName: user, active: true },
      emails: [{ value: `${user}@bank.example` }],
    })
    expect(made.status).toBe(201)
    ids[user] = made.body.id
  }
  for (const [displayName, users] of Object.entries(GROUPS)) {
    const members = users.map((user) => ({ value: ids[user] }))
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group']
    const group = { schemas, displayName, externalId: `guid-${displayName}`, members }
    expect((await scim('POST', 'Groups', group)).status).toBe(201)
  }
  const of = async (user: string) => {
    const slugs = await rows<{ id: string; slug: string }>('select id, slug from tenant')
    const { roles } = await signedIn(user)
    return Object.fromEntries(
      Object.entries(roles).map(([id, held]) => [slugs.find((each) => each.id === id)?.slug, held]),
    )
  }
  const people = ['ada', 'ben', 'chen', 'grace', 'hana', 'iris']
  expect(await Promise.all(people.map(of))).toEqual([
    { payments: ['developer'] },
    { payments: ['owner'] },
    { lending: ['developer'] },
    { platform: ['admin'] },
    { platform: ['approver'] },
    { platform: ['auditor'] },
  ])
})

/** A person as a sign-in at the file's issuer finds them, and the session that follows. */
function signedIn(user: string): Promise<Viewer> {
  return db.inContext({ actor: 'sys:test', tenants: [], as: 'stairway_admin' }, async (tx) => {
    const person = await personOf(tx, { issuer: ISSUER, subject: `sub-${user}` })
    const tokenHash = sha256Bytes(`${user} ${Math.random()}`)
    await openSession(tx, { ...signedInNow(), tokenHash, personId: person?.id ?? '' })
    const found = await loadViewer(tx, tokenHash)
    if (!found) throw new Error(`${user} cannot sign in`)
    return found.viewer
  })
}

test('its admin registers a cluster, and its developer asks for a production service that the named approvers see', async () => {
  const grace = await signedIn('grace')
  const cluster = await registerCluster(platform, grace, {
    ...{
      name: 'prod-eu-1',
      endpoint: 'https://127.0.0.1:6443',
      caPem: rootCertificates[0] ?? '',
      token: 'a-long-token',
    },
    ...{
      region: 'eu',
      zone: 'eu-a',
      environments: ['prod'],
      accreditedClass: 3,
      ingressNamespace: '',
    },
  })
  if (!cluster.ok) throw new Error(JSON.stringify(cluster.error))
  const admission = { tenant: 'payments', clusterId: cluster.value.clusterId, environment: 'prod' }
  const admitted = await changeAdmission(platform, grace, {
    ...admission,
    admitted: true,
    reason: 'first',
  })
  expect(admitted.ok).toBe(true)
  const request = aRequest('first-ledger', { owningTeam: 'payments-developers' })
  const asked = await requestService(platform, await signedIn('ada'), { request })
  expect(asked.ok ? [] : asked.error).toEqual([])
  const stages = await rows<{ name: string; people: number }>(
    `select s.name, count(distinct m.person_id)::int as people from approval_stage s join stage_principal p on p.stage_id = s.id join group_member m on m.group_id = p.principal_id group by s.name order by s.name`,
  )
  expect(stages).toEqual([
    { name: 'Change approval', people: 2 },
    { name: 'Tenant owner', people: 2 },
  ])
})

test('a lost token is replaced by another one, once, and both are in the audit', async () => {
  const another = bootstrap(EXAMPLE, '--new-token')
  const made = /scim_[\w-]{43}/.exec(another.stdout)?.[0] ?? ''
  expect(made).not.toBe(token)
  expect((await scimClient(made)('GET', 'Users')).status).toBe(200)
  const issued = await rows(`select from audit_event where action = 'directory.token_issued'`)
  expect(issued).toHaveLength(2)
})
