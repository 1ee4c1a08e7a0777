import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ExportGround, exportGround, withReceiver } from '#lib/testing/audit-export.ts'
import type { Fault } from '#sandbox/siem/faults.ts'
import { exportChains } from './export-chains.ts'

const TRANSPORTS = ['https', 'syslog_tls', 'syslog_tcp'] as const
const LIMITS = { events: 5, bytes: 1_000_000, leaseSeconds: 0, workMs: 60_000 }

let ground: ExportGround

beforeAll(async () => {
  ground = await exportGround()
  await ground.append('payments', 12)
})
afterAll(() => ground?.close())

const fault = fc.oneof(
  fc.constant<Fault>({ kind: 'busy', afterSeconds: 1, times: 1 }),
  fc.constant<Fault>({ kind: 'error', times: 1 }),
  fc.constant<Fault>({ kind: 'slow', ms: 5, times: 1 }),
  fc.constant<Fault>({ kind: 'cut', times: 1 }),
  fc.constant<Fault>({ kind: 'silent', times: 1 }),
  fc.constant<Fault>({ kind: 'refuse', text: 'seq', times: 1 }),
)
const turn = fc.record({
  faults: fc.array(fault, { maxLength: 3 }),
  appends: fc.integer({ min: 0, max: 4 }),
  inVain: fc.boolean(),
  /** How the exporter ends: killed in front of or behind a sending, or by itself. */
  dies: fc.constantFrom('before', 'after', 'no', 'no'),
  /** At which sending it dies. */
  at: fc.integer({ min: 1, max: 3 }),
  exporters: fc.constantFrom(1, 1, 2),
})

test.each(TRANSPORTS)(
  '%s: whatever fails, is killed or appended meanwhile, every event arrives at least once and in order, none is missing',
  async (transport) => {
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 2, maxLength: 6 }), async (turns) => {
        const before = await ground.count()
        const id = await ground.register(transport, { format: 'ocsf', covers: 'payments' })
        for (const each of turns) await take(id, each)
        await ground.siem.faults([])
        await ground.append('payments', 1)
        await ground.drain(id)
        const stops = (await ground.cursors(id)).filter(({ why }) => why !== null)
        expect(stops).toEqual([])
        const own = await ground.since(before)
        const firsts = [...new Set(own.map(({ seq }) => seq))]
        const head = await ground.headOf('payments')
        expect(firsts).toEqual(Array.from({ length: head }, (_, place) => place + 1))
      }),
      { numRuns: 6 },
    )
    const chains = await ground.siem.chains()
    expect(chains.filter(({ gaps, unlinked }) => gaps.length + unlinked.length > 0)).toEqual([])
  },
)

class Killed extends Error {}

async function take(id: string, each: typeof turn extends fc.Arbitrary<infer T> ? T : never) {
  await ground.siem.faults(each.faults)
  await ground.due(id)
  let sendings = 0
  const mortal = withReceiver(ground.platform, async (send) => {
    sendings += 1
    const dies = sendings === each.at
    if (dies && each.dies === 'before') throw new Killed()
    const receipt = await send()
    if (dies && each.dies === 'after') throw new Killed()
    return receipt
  })
  const exporters = Array.from({ length: each.exporters }, () =>
    exportChains(mortal, id, LIMITS).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error
    }),
  )
  await Promise.all([
    ...exporters,
    ground.append('payments', each.appends),
    ...(each.inVain ? [ground.appendInVain('payments')] : []),
  ])
}
