// Recomputes every hash of every audit chain: of --url or DATABASE_URL (the worker's role may read all chains), else of the running embedded database. Exit 1 at a break.
import { parseArgs } from 'node:util'
import { chainHeads, firstBreak } from '#lib/audit/store.ts'
import { connect, type Database } from '#lib/db/client.ts'
import { folderPath, storedSecrets } from './launch/folder.ts'
import { keptLayout } from './launch/layout.ts'
import { inOneLine } from './launch/one-line.ts'
import { environments, portsFrom } from './launch/settings.ts'

await inOneLine('npm run verify-chain -- [--url URL] [--port-base N]', async () => {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, 'port-base': { type: 'string' } },
  })
  const url = values.url ?? process.env.DATABASE_URL ?? embeddedUrl(values['port-base'])
  const db = connect(url, { poolSize: 1, timeoutMs: 600_000 })
  const broken = await verify(db).finally(() => db.close())
  process.exit(broken === 0 ? 0 : 1)
})

/** Prints each chain; answers how many are broken. */
async function verify(db: Database): Promise<number> {
  return db.inContext({ actor: 'sys:verify', tenants: [] }, async (tx) => {
    const chains = await chainHeads(tx, null)
    let count = 0
    for (const { tenantId, tenant, events } of chains) {
      const at = await firstBreak(tx, tenantId)
      if (at !== null) count += 1
      process.stdout.write(
        `${tenant}: ${at === null ? `${events} events, every hash holds` : `BROKEN at event ${at} of ${events}`}\n`,
      )
    }
    if (chains.length === 0) process.stdout.write('no chain can be read with this role\n')
    return chains.length === 0 ? 1 : count
  })
}

function embeddedUrl(base: string | undefined): string {
  const folder = folderPath()
  const ports = base ? portsFrom(Number(base), undefined) : keptLayout(folder)?.ports
  const secrets = storedSecrets(folder)
  return environments({ secrets, ports: ports ?? portsFrom(undefined, undefined) }).worker
    .DATABASE_URL
}
