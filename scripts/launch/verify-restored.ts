import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import type { Database } from '#lib/db/client.ts'
import { connect } from '#lib/db/client.ts'
import { readHeads } from '#lib/evidence/kept-heads.ts'
import { type VerifyOptions, verifyRestored } from '#lib/onboarding/verify-restored.ts'
import { startPostgres } from '#sandbox/postgres/server.ts'
import { CannotStart, storedSecrets } from './folder.ts'
import { environments, portsFrom } from './settings.ts'

type Outside = {
  /** Files of heads that were kept outside. */
  heads: readonly string[]
  /** Public keys that were written down outside. */
  keys: readonly string[]
}

/** What to verify with. @throws CannotStart where a file has no head at all, or holds something that is none. */
export function verifyOptions(
  { heads, keys }: Outside,
  after: VerifyOptions['after'],
): VerifyOptions {
  const kept = heads.flatMap((file) => {
    const read = readHeads(readFileSync(file, 'utf8'))
    if (read.heads.length === 0 || read.unreadable > 0)
      throw new CannotStart(
        `${file}: ${read.heads.length} heads of chains, and ${read.unreadable} things that are none. It is what /audit/heads hands out, head.json of an evidence pack, or an export in JSON Lines or OCSF.`,
      )
    return read.heads
  })
  return { kept, keys, after }
}

/** Verifies every chain and prints what it found, a line a chain and a line a finding; answers how many chains do not hold. */
export async function printVerified(db: Database, options: VerifyOptions): Promise<number> {
  const chains = await verifyRestored(db, options)
  for (const { tenant, events, compared, findings } of chains) {
    const with_ = `compared with ${compared.signed} heads signed here and ${compared.kept} kept outside`
    process.stdout.write(
      findings.length === 0
        ? `${tenant}: ${events} events, every hash holds; ${with_}\n`
        : `${tenant}: ${findings.map((finding) => finding.replace(/^broken/, 'BROKEN')).join('; ')}; ${with_}\n`,
    )
  }
  if (chains.length === 0) process.stdout.write('no chain can be read with this role\n')
  return chains.length === 0 ? 1 : chains.filter(({ findings }) => findings.length > 0).length
}

/** Starts the restored PostgreSQL alone, verifies its chains, records that in each, and stops it. Answers how many do not hold. */
export async function verifyFolder(folder: string, outside: Outside): Promise<number> {
  const options = verifyOptions(outside, 'restore')
  const secrets = storedSecrets(folder)
  const port = await freePort()
  const server = await startPostgres({
    dataDir: path.join(folder, 'postgres'),
    port,
    password: secrets.superuser,
  })
  try {
    const ports = { ...portsFrom(undefined, undefined), postgres: port }
    const { DATABASE_URL } = environments({ secrets, ports }).worker
    const db = connect(DATABASE_URL, { poolSize: 1, timeoutMs: 600_000 })
    return await printVerified(db, options).finally(() => db.close())
  } finally {
    await server.stop()
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
