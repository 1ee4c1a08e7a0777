import path from 'node:path'
import { createSealer, newSealingKeys } from '#lib/adapters/vault/sealing.ts'
import { loadViewer, openSession } from '#lib/auth/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { viewerDatabase } from '#lib/db/platform-database.ts'
import { sha256Bytes } from '#lib/hash.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { openQueue, type Queue } from '#lib/jobs/queue.ts'
import type { RequestService } from '#lib/onboarding/request-service.schema.ts'
import { createGroup, createUser } from '#lib/onboarding/sync-directory.ts'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type SeedCluster, type SeedFeeds, seedOrganisation } from '#prisma/seed/seed.ts'
import { GROUPS, PEOPLE } from '#sandbox/identity/people.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import type { TestServer } from './postgres.ts'
import { signedInNow } from './strong-sign-in.ts'

export type TestOrganisation = {
  database: TestDatabase
  platform: Platform
  owner: Database
  sealing: ReturnType<typeof newSealingKeys>
  /** A signed-in person, read as a request would read them. */
  viewer(user: string): Promise<Viewer>
  close(): Promise<void>
}

type Options = {
  clusters?: readonly SeedCluster[]
  gitUrl?: string
  hooksUrl?: string
  /** Feeds of facts; with them the checks that rest on them are taken up. */
  feeds?: SeedFeeds
  /** The test run's own server unless another is given. */
  server?: TestServer
}

const PRETENDED = ['dev-eu-1', 'dev-eu-2', 'test-eu-1', 'prod-eu-1', 'prod-us-1'].map((name) => ({
  name,
  endpoint: 'https://127.0.0.1:1',
  caPem: 'none',
  token: 'none',
}))
export const WEBHOOK_KEY = 'w'.repeat(64)

/** Settings of a platform that everybody reaches at one address. */
export function settingsAt(url: string): Platform['settings'] {
  return {
    ...{ publicUrl: url, hooksUrl: url, gitUrl: url },
    ...{ webhookKey: WEBHOOK_KEY, quarantineMinutes: 0 },
  }
}

/** The demonstration organisation in a database of its own: laid by the seed, people pushed by the directory's commands. */
export async function testOrganisation({
  clusters = PRETENDED,
  gitUrl = 'http://127.0.0.1:1',
  hooksUrl = 'http://127.0.0.1:1',
  feeds,
  server,
}: Options = {}): Promise<TestOrganisation> {
  const database = await testDatabase(server)
  const sealing = newSealingKeys()
  const owner = connect(database.ownerUrl, { poolSize: 2, timeoutMs: 30_000 })
  const templates = loadBuiltinTemplates(path.resolve(import.meta.dirname, '../../templates'))
  await owner.inContext({ actor: 'sys:seed', tenants: [PLATFORM_TENANT] }, (tx) =>
    seedOrganisation(tx, {
      issuer: 'http://idp',
      scimToken: 'scim',
      sealingPublicKey: sealing.publicKey,
      clusters,
      templates,
      ...(feeds ? { feeds } : {}),
    }),
  )
  const db = connect(database.appUrl, { poolSize: 10, timeoutMs: 20_000 })
  const queue = await openQueue(database.appUrl)
  const platform: Platform = {
    db,
    queue,
    sealer: createSealer(sealing.publicKey),
    allowsOutbound: (url) => new URL(url).hostname === '127.0.0.1',
    ...viewerDatabase(db),
    settings: { ...settingsAt('http://localhost:3000'), hooksUrl, gitUrl },
  }
  await pushPeople(platform)
  return {
    database,
    platform,
    owner,
    sealing,
    viewer: (user) => viewerOf(db, user),
    close: () => closeAll({ database, db, owner, queue }),
  }
}

async function pushPeople(platform: Platform): Promise<void> {
  const directory = await platform.db.inContext({ actor: 'sys:scim', tenants: [] }, (tx) =>
    tx.directory.findFirstOrThrow(),
  )
  const ids = new Map<string, string>()
  for (const person of PEOPLE) {
    const made = await createUser(platform, directory, {
      userName: person.user,
      externalId: person.user,
      active: person.active,
      displayName: person.name,
      emails: [{ value: `${person.user}@bank.example` }],
    })
    if (made.ok) ids.set(person.user, made.value.id)
  }
  for (const [displayName, members] of Object.entries(GROUPS)) {
    await createGroup(platform, directory, {
      displayName,
      externalId: displayName,
      members: members.flatMap((user) => ids.get(user) ?? []).map((value) => ({ value })),
    })
  }
}

async function viewerOf(db: Database, user: string): Promise<Viewer> {
  const tokenHash = sha256Bytes(`${user}-${Math.random()}`)
  return db.inContext({ actor: 'sys:test', tenants: [] }, async (tx) => {
    const person = await tx.person.findFirstOrThrow({ where: { user_name: user } })
    await openSession(tx, { ...signedInNow(), tokenHash, personId: person.id })
    const found = await loadViewer(tx, tokenHash)
    if (!found) throw new Error(`${user} is not active`)
    return found.viewer
  })
}

async function closeAll({
  database,
  db,
  owner,
  queue,
}: {
  database: TestDatabase
  db: Database
  owner: Database
  queue: Queue
}): Promise<void> {
  await queue.stop()
  await db.close()
  await owner.close()
  await database.drop()
}

/** A request that passes every check; give what shall differ. */
export function aRequest(name: string, differs: Partial<RequestService> = {}): RequestService {
  return {
    tenant: 'payments',
    name,
    displayName: 'A service',
    description: 'what it does',
    template: 'node-http-service',
    parameters: { greeting: 'Hello' },
    targets: [{ environment: 'prod', cluster: 'prod-eu-1' }],
    size: 'small',
    dataClass: 1,
    tier: 3,
    costCode: 'CC-40718',
    owningTeam: 'payments-core',
    application: 'Payments',
    reason: 'because',
    ...differs,
  }
}
