import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from '#prisma/generated/client.ts'
import { beginEagerly } from './eager-begin.ts'
import { NEWEST_MIGRATION } from './newest-migration.ts'
import { statementNames } from './statement-names.ts'
import { currentTrace } from './trace.ts'

/** A transaction whose context is set: the only way to reach a table. */
export type Transaction = Prisma.TransactionClient

/** Who acts, what they may see, and why: set at the start of the transaction, gone at its end. */
export type Scope = {
  /** `usr_…`, `sva_…` or `sys:<process>`; a write without it is refused (SW001). */
  actor: string
  /** Tenants the row policies let through. */
  tenants: readonly string[]
  change?: string
  reason?: string
  /** Id of the request, unless the one in hand (`traced`). */
  request?: string
  /** Reads across tenants (`stairway_platform`) or writes shared rows (`stairway_admin`). */
  as?: 'stairway_platform' | 'stairway_admin'
}

export type Database = {
  /** Runs `body` in one transaction under `scope`; throws roll back. */
  inContext<T>(scope: Scope, body: (tx: Transaction) => Promise<T>): Promise<T>
  /** Whether the newest migration of this build is applied; throws when the database does not answer. */
  ready(): Promise<boolean>
  close(): Promise<void>
}

type ConnectOptions = { poolSize: number; timeoutMs: number }

/** Opens a pool. Refuses (at first use) a role that could walk around the tenant wall. */
export function connect(url: string, { poolSize, timeoutMs }: ConnectOptions): Database {
  const client = new PrismaClient({
    adapter: new PrismaPg(
      { connectionString: url, max: poolSize, pipeline: true, onConnect: beginEagerly },
      { statementNameGenerator: statementNames() },
    ),
    transactionOptions: { maxWait: Math.max(timeoutMs, 5000), timeout: timeoutMs },
  })
  let trusted: Promise<void> | undefined
  return {
    async inContext(scope, body) {
      trusted ??= refusePowerfulRole(client)
      await trusted.catch((error: unknown) => {
        trusted = undefined
        throw error
      })
      return client.$transaction(async (tx) => {
        await enter(tx, scope)
        return body(tx)
      })
    },
    ready: () => isMigrated(client),
    close: () => client.$disconnect(),
  }
}

async function isMigrated(client: PrismaClient): Promise<boolean> {
  const [table] = await client.$queryRaw<{ exists: boolean }[]>`
    select to_regclass('_prisma_migrations') is not null as exists`
  if (!table?.exists) return false
  const [newest] = await client.$queryRaw<{ applied: boolean }[]>`
    select exists (select from _prisma_migrations
      where migration_name = ${NEWEST_MIGRATION} and finished_at is not null and rolled_back_at is null) as applied`
  return newest?.applied === true
}

async function enter(tx: Transaction, scope: Scope): Promise<void> {
  await tx.$queryRaw`/* context */ select set_config('app.actor', ${scope.actor}, true),
    set_config('app.tenants', ${scope.tenants.join(',')}, true),
    set_config('app.change', ${scope.change ?? ''}, true),
    set_config('app.reason', ${scope.reason ?? ''}, true),
    set_config('app.request', ${scope.request ?? currentTrace().request ?? ''}, true),
    set_config('role', ${scope.as ?? 'none'}, true)`
}

async function refusePowerfulRole(client: PrismaClient): Promise<void> {
  const [role] = await client.$queryRaw<{ strong: boolean }[]>`
    select rolsuper or rolbypassrls as strong from pg_roles where rolname = session_user`
  if (role?.strong !== false) {
    throw new Error('DATABASE_URL names a role that is superuser or bypasses row-level security')
  }
}
