// Verifying an audit chain of 1,000,000 events, against a bare loop that hashes as many texts of the same length in the same run.
import { createHash } from 'node:crypto'
import { firstBreak } from '#lib/audit/store.ts'
import { connect } from '#lib/db/client.ts'
import { testOrganisation } from '#lib/testing/organisation.ts'
import { startTestServer } from '#lib/testing/postgres.ts'
import { report } from './support.ts'

const EVENTS = Number(process.argv[2] ?? 1_000_000)
/** Of one transaction: the chain's head is written once for each event. */
const AT_ONCE = 500

const { server, stop } = await startTestServer()
const organisation = await testOrganisation({ server })
try {
  const owner = connect(organisation.database.ownerUrl, { poolSize: 1, timeoutMs: 600_000 })
  const tenant = await owner.inContext({ actor: 'sys:bench', tenants: [] }, (tx) =>
    tx.tenant.findFirstOrThrow({ where: { slug: 'payments' }, select: { id: true } }),
  )
  const scope = { actor: 'sys:bench', tenants: [tenant.id], reason: 'bench' }
  const writing = await seconds(async () => {
    for (let done = 0; done < EVENTS; done += AT_ONCE)
      await owner.inContext(
        scope,
        (tx) => tx.$executeRaw`
          select app.audit(${tenant.id}, 'change.decided', 'chg_' || n, jsonb_build_object('number', n, 'verdict', 'approve', 'plan', repeat('a', 64))::text)
          from generate_series(${done}::int, ${done + AT_ONCE - 1}::int) n`,
      )
  })
  await owner.inContext(scope, (tx) => tx.$executeRawUnsafe('analyze audit_event, audit_payload'))
  let broken: number | null = null
  const verifying = await seconds(async () => {
    broken = await owner.inContext(scope, (tx) => firstBreak(tx, tenant.id))
  })
  if (broken !== null) throw new Error(`the chain breaks at ${broken}`)
  await owner.close()
  const [event, payload] = ['e'.repeat(420), 'p'.repeat(110)]
  const bare = await seconds(async () => {
    for (let n = 0; n < EVENTS; n += 1)
      for (const text of [event, payload]) createHash('sha256').update(text).digest()
  })
  report('chain', [
    { what: 'events written, each by the product’s function', value: EVENTS, unit: '' },
    { what: 'written', value: EVENTS / writing, unit: 'a second' },
    { what: 'verified', value: EVENTS / verifying, unit: 'a second', aim: '>= 100000' },
    { what: 'floor: both hashes of an event, bare loop', value: EVENTS / bare, unit: 'a second' },
    { what: 'verifying, times the floor', value: verifying / bare, unit: 'times' },
  ])
} finally {
  await organisation.close()
  await stop()
}

async function seconds(body: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await body()
  return (performance.now() - started) / 1000
}
