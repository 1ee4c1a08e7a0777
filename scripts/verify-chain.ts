// Recomputes every hash of every audit chain: of --url or DATABASE_URL (the worker's role may read all chains), else of the running embedded database. Exit 1 at a break.
import { parseArgs } from 'node:util'
import { firstBreak } from '#lib/audit/store.ts'
import { connect } from '#lib/db/client.ts'
import { dataFolder, sandboxSecrets } from './launch/folder.ts'
import { environments, portsFrom } from './launch/settings.ts'

const { values } = parseArgs({
  options: { url: { type: 'string' }, 'port-base': { type: 'string' } },
})
const url = values.url ?? process.env.DATABASE_URL ?? embeddedUrl()
const db = connect(url, { poolSize: 1, timeoutMs: 600_000 })
const broken = await db.inContext({ actor: 'sys:verify', tenants: [] }, async (tx) => {
  const chains = await tx.audit_head.findMany({
    include: { tenant: true },
    orderBy: { tenant_id: 'asc' },
  })
  let count = 0
  for (const { tenant, tenant_id, seq } of chains) {
    const at = await firstBreak(tx, tenant_id)
    if (at !== null) count += 1
    process.stdout.write(
      `${tenant.slug}: ${at === null ? `${seq} events, every hash holds` : `BROKEN at event ${at} of ${seq}`}\n`,
    )
  }
  if (chains.length === 0) process.stdout.write('no chain can be read with this role\n')
  return chains.length === 0 ? 1 : count
})
await db.close()
process.exit(broken === 0 ? 0 : 1)

function embeddedUrl(): string {
  const ports = portsFrom(values['port-base'], undefined)
  const secrets = sandboxSecrets(dataFolder())
  return environments({ secrets, ports, postgresPort: ports.postgres, gitWritesPerMinute: '1' })
    .worker.DATABASE_URL
}
