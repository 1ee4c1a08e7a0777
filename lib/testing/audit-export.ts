import pg from 'pg'
import { inject } from 'vitest'
import { createSigner, newSigningKey } from '#lib/adapters/vault/signing.ts'
import type { RegisterDestination } from '#lib/onboarding/audit-export/destination.schema.ts'
import { exportChains } from '#lib/onboarding/audit-export/export-chains.ts'
import { registerDestination } from '#lib/onboarding/audit-export/register-destination.ts'
import type { AuditReceiver, ReceiverAccess } from '#lib/ports/audit-receiver.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import type { Arrival } from '#sandbox/siem/arrivals.ts'
import { inProcessWorker } from './in-process-worker.ts'
import { type TestOrganisation, testOrganisation } from './organisation.ts'
import { type Siem, startSiem } from './siem.ts'

export type CursorRow = {
  chain: string
  seq: number
  sent: number
  why: string | null
  at: number | null
  said: string | null
}

export type ExportGround = {
  organisation: TestOrganisation
  siem: Siem
  platform: WorkerPlatform
  /** SQL as superuser, triggers included. */
  sql<T>(text: string, values?: unknown[]): Promise<T[]>
  tenant(slug: string): Promise<string>
  append(slug: string, many: number): Promise<void>
  /** Appends, and takes it back. */
  appendInVain(slug: string): Promise<void>
  register(
    transport: ReceiverAccess['transport'],
    differs?: Partial<RegisterDestination>,
  ): Promise<string>
  /** Lets a destination be tried now, whatever it waits for or whoever holds it. */
  due(id: string): Promise<void>
  /** Exports until nothing moves. */
  drain(id: string, platform?: WorkerPlatform): Promise<void>
  cursors(id: string): Promise<CursorRow[]>
  /** Number of the newest event of a chain. */
  headOf(slug: string): Promise<number>
  /** How many records have arrived at the SIEM. */
  count(): Promise<number>
  /** What arrived behind the first so many. */
  since(count: number): Promise<Arrival[]>
  close(): Promise<void>
}

type Sql = ExportGround['sql']

/** A database with the demonstration organisation, a worker in the test's process, and the sandbox's SIEM. */
export async function exportGround(): Promise<ExportGround> {
  const [organisation, siem] = await Promise.all([testOrganisation(), startSiem()])
  const worker = inProcessWorker(organisation)
  const platform = { ...worker.platform, signer: createSigner(newSigningKey()) }
  const url = new URL(inject('testServer').superuserUrl)
  url.pathname = new URL(organisation.database.ownerUrl).pathname
  const database = new pg.Pool({ connectionString: url.href, max: 3 })
  const sql: Sql = async <T>(text: string, values: unknown[] = []) =>
    (await database.query(text, values)).rows as T[]
  return {
    organisation,
    siem,
    platform,
    sql,
    ...appending(organisation, sql),
    ...exporting(platform, sql),
    register: (transport, differs) => register({ organisation, siem }, transport, differs),
    count: async () => (await siem.arrivals()).length,
    since: async (count) => (await siem.arrivals()).slice(count),
    async close() {
      await database.end()
      await worker.close()
      await organisation.close()
      await siem.stop()
    },
  }
}

/** A body with all that a format has to escape. */
const BODY = JSON.stringify({ 'a=b|c\\': 'ü\n"]' })

function appending({ owner }: TestOrganisation, sql: Sql) {
  const tenant = async (slug: string) =>
    (await sql<{ id: string }>('select id from tenant where slug = $1', [slug]))[0]?.id ?? ''
  const append = (id: string, fails?: Error) =>
    owner.inContext({ actor: 'sys:test', tenants: [id] }, async (tx) => {
      await tx.$queryRaw`select app.audit(${id}, 'job.retried', 'job_1', ${BODY})::text`
      if (fails) throw fails
    })
  return {
    tenant,
    async append(slug: string, many: number) {
      const id = await tenant(slug)
      for (let n = 0; n < many; n += 1) await append(id)
    },
    async appendInVain(slug: string) {
      const vain = new Error('taken back')
      await append(await tenant(slug), vain).catch((error: unknown) => {
        if (error !== vain) throw error
      })
    },
    async headOf(slug: string) {
      const [row] = await sql<{ seq: number }>(
        'select seq::int as seq from audit_head where tenant_id = $1',
        [await tenant(slug)],
      )
      return row?.seq ?? 0
    },
  }
}

function exporting(platform: WorkerPlatform, sql: Sql) {
  const due = async (id: string) =>
    void (await sql(
      'update audit_exporter set next_attempt_at = now(), lease_until = null where destination_id = $1',
      [id],
    ))
  const sent = async (id: string) =>
    JSON.stringify(
      await sql('select chain, sent_seq from audit_cursor where destination_id = $1 order by 1', [
        id,
      ]),
    )
  return {
    due,
    async drain(id: string, by = platform) {
      for (let before = ''; ; ) {
        await due(id)
        await exportChains(by, id)
        const after = await sent(id)
        if (after === before) return
        before = after
      }
    },
    cursors: (id: string) =>
      sql<CursorRow>(
        `select t.slug as chain, c.seq::int as seq, c.sent_seq::int as sent, c.stopped_why as why, c.stopped_seq::int as at, c.stopped_said as said
         from audit_cursor c join tenant t on t.id = c.chain where c.destination_id = $1 order by t.slug`,
        [id],
      ),
  }
}

async function register(
  { organisation, siem }: Pick<ExportGround, 'organisation' | 'siem'>,
  transport: ReceiverAccess['transport'],
  differs: Partial<RegisterDestination> = {},
): Promise<string> {
  const access = siem.access(transport)
  const grace = await organisation.viewer('grace.kim')
  const made = await registerDestination(organisation.platform, grace, {
    name: `SIEM ${Math.random().toString(36).slice(2)}`,
    format: 'jsonl',
    transport,
    endpoint: access.endpoint,
    caPem: access.caPem ?? '',
    covers: '',
    token: access.token ?? '',
    signingKey: access.signingKey ?? '',
    ...differs,
  })
  if (!made.ok) throw new Error(made.error.code)
  return made.value.destinationId
}

type Around = (send: () => ReturnType<AuditReceiver['send']>) => ReturnType<AuditReceiver['send']>

/** The same worker, with something around every sending. */
export function withReceiver(platform: WorkerPlatform, around: Around): WorkerPlatform {
  const { receivers } = platform
  return {
    ...platform,
    receivers: {
      dial: (access) => {
        const receiver = receivers.dial(access)
        return { send: (batch) => around(() => receiver.send(batch)) }
      },
    },
  }
}
