import path from 'node:path'
import { connect } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { loadBuiltinTemplates } from '#lib/runtime/builtin-templates.ts'
import { refreshOrganisation, type SeedCluster, seedOrganisation } from './seed.ts'

/** Run by the start script at each start and once a day, as a feed is: everything it needs stands in the environment. */
const environment = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is needed to lay the demonstration organisation`)
  return value
}

const answered = await fetch(environment('FLEET_CONTROL_URL'), {
  headers: { authorization: `Bearer ${environment('FLEET_CONTROL_TOKEN')}` },
})
const { clusters } = (await answered.json()) as { clusters: SeedCluster[] }
const authority = await fetch(`${environment('FEEDS_PAGE_URL')}/ca`)
const { caPem } = (await authority.json()) as { caPem: string }
const db = connect(environment('OWNER_DATABASE_URL'), { poolSize: 2, timeoutMs: 60_000 })
const scope = {
  actor: 'sys:seed',
  tenants: [PLATFORM_TENANT],
  reason: 'demonstration organisation',
}
const input = {
  issuer: environment('OIDC_ISSUER'),
  scimToken: environment('SCIM_TOKEN'),
  sealingPublicKey: environment('SEALING_PUBLIC_KEY'),
  clusters,
  feeds: { url: environment('FEEDS_URL'), token: environment('FEEDS_TOKEN'), caPem },
  templates: loadBuiltinTemplates(path.resolve(import.meta.dirname, '../../templates')),
}
const added = await db.inContext(scope, async (tx) => {
  if ((await tx.tenant.count()) > 1) return refreshOrganisation(tx, input)
  await seedOrganisation(tx, input)
  return clusters.map(({ name }) => name)
})
await db.close()
process.stdout.write(`${JSON.stringify({ added })}\n`)
