import { type ChainHead, chainHeads, firstBreak, record } from '#lib/audit/store.ts'
import type { Database, Transaction } from '#lib/db/client.ts'
import { type KeptHead, sealFaults } from '#lib/evidence/kept-heads.ts'
import { otherwise, signedHeads, signingKeys } from '#lib/evidence/store.ts'

export type RestoredChain = {
  tenant: string
  events: number
  firstBreak: number | null
  /** How many heads it was compared with: signed here, and kept outside. */
  compared: { signed: number; kept: number }
  /** What does not hold, in words; empty when all does. */
  findings: string[]
}

export type VerifyOptions = {
  /** Heads that were kept outside of this database. */
  kept: readonly KeptHead[]
  /** Public keys that were written down outside; without any, those of the database are believed. */
  keys: readonly string[]
  /** What was done before; recorded in each chain that can still be written to. Null records nothing. */
  after: 'restore' | null
}

/**
 * Recomputes every chain, and compares it with every signed end that the database holds and with every head that was kept outside: by hashes alone a chain that
 * was cut at its end looks whole. A head of a chain that is not there at all is a finding too.
 */
export async function verifyRestored(
  db: Database,
  options: VerifyOptions,
): Promise<RestoredChain[]> {
  const scope = { actor: 'sys:verify', tenants: [], reason: 'audit chains verified' }
  return db.inContext(scope, async (tx) => {
    const chains = await chainHeads(tx, null)
    const keys = options.keys.length > 0 ? options.keys : await signingKeys(tx)
    const verified: RestoredChain[] = []
    for (const chain of chains) verified.push(await verifyOne(tx, chain, { ...options, keys }))
    const gone = options.kept.filter(({ tenant }) => chains.every((one) => one.tenantId !== tenant))
    for (const tenant of new Set(gone.map((head) => head.tenant)))
      verified.push({
        tenant,
        events: 0,
        firstBreak: null,
        compared: { signed: 0, kept: gone.filter((head) => head.tenant === tenant).length },
        findings: ['heads of this chain were kept, and there is no such chain'],
      })
    if (options.after) await recordAll(tx, { chains, verified, after: options.after })
    return verified
  })
}

async function verifyOne(
  tx: Transaction,
  { tenantId, tenant, events }: ChainHead,
  { kept, keys }: VerifyOptions,
): Promise<RestoredChain> {
  const broken = await firstBreak(tx, tenantId)
  const signed = (await signedHeads(tx, tenantId)).map(({ head, ...seal }) => ({
    ...head,
    signed: { at: head.at, ...seal },
  }))
  const own = kept.filter((head) => head.tenant === tenantId)
  const findings = [
    ...(broken === null ? [] : [`broken at event ${broken} of ${events}`]),
    ...sealFaults([...signed, ...own], keys),
    ...(await compare(tx, { tenantId, events, heads: signed, what: 'signed here' })),
    ...(await compare(tx, { tenantId, events, heads: own, what: 'kept outside' })),
  ]
  return {
    tenant,
    events,
    firstBreak: broken,
    compared: { signed: signed.length, kept: own.length },
    findings,
  }
}

type Compared = { tenantId: string; events: number; heads: readonly KeptHead[]; what: string }

async function compare(
  tx: Transaction,
  { tenantId, events, heads, what }: Compared,
): Promise<string[]> {
  const found = await otherwise(
    tx,
    tenantId,
    heads.map(({ seq, hash }) => ({ seq, hash })),
  )
  const beyond = found.reduce((most, { seq }) => Math.max(most, seq), 0)
  const altered = found.find(({ seq }) => seq <= events)
  return [
    ...(altered ? [`event ${altered.seq} is another than in a head ${what}`] : []),
    ...(beyond > events
      ? [
          `it ends at event ${events}, and a head ${what} is of event ${beyond}: ${beyond - events} events at its end are gone`,
        ]
      : []),
  ]
}

type Verified = {
  chains: readonly ChainHead[]
  verified: readonly RestoredChain[]
  after: 'restore'
}

async function recordAll(tx: Transaction, { chains, verified, after }: Verified): Promise<void> {
  for (const { tenantId, tenant, head } of chains) {
    const one = verified.find((each) => each.tenant === tenant)
    if (head === null || !one) continue
    const { events, firstBreak: at, compared, findings } = one
    await record(tx, {
      tenant: tenantId,
      action: 'chain.verified',
      subject: tenantId,
      payload: { after, events, firstBreak: at, compared, findings },
    })
  }
}
