import { setImmediate } from 'node:timers/promises'
import { breakBetween, chainsDue, type DueChain, record } from '#lib/audit/store.ts'
import { teamOf } from '#lib/changes/review-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { eachApart } from '#lib/each-apart.ts'
import { type KeptHead, sealFaults } from '#lib/evidence/kept-heads.ts'
import { breakSince, otherwise, signedHeads, signingKeys } from '#lib/evidence/store.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import { noticeWords } from '#lib/notices/chat-words.ts'
import { insertNotices } from '#lib/notices/store.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'

type Verifying = Pick<WorkerPlatform, 'db' | 'queue' | 'settings' | 'log'>

/** Events that are recomputed in one transaction: about a second's work. */
const SPAN = 100_000
/** Signatures that are verified at a stretch: some tens of milliseconds. */
const SIGNATURES = 300
const DAY_SECONDS = 86_400

/**
 * Recomputes each chain as a whole once a day, and compares it with every end that was signed, whatever was verified before: what was altered behind the last signature is
 * found too. The outcome is recorded in the chain; what does not hold is told to the platform's auditors and administrators, once a day.
 */
export async function verifyWhole(
  platform: Verifying,
  { span = SPAN, everySeconds = DAY_SECONDS } = {},
): Promise<void> {
  const due = await platform.db.inContext(scopeOf(), (tx) => chainsDue(tx, everySeconds))
  await eachApart(platform, due, {
    failed: 'an audit chain was not verified',
    act: async (chain) => {
      const found = await lookThrough(platform, chain, span)
      await tellOf(platform, chain, { found, everySeconds })
    },
  })
}

type Found = { firstBreak: number | null; signed: number; findings: string[] }

async function lookThrough(platform: Verifying, chain: DueChain, span: number): Promise<Found> {
  const { tenantId, events } = chain
  const broken = await firstBreak(platform, chain, span)
  const signed = await platform.db.inContext(scopeOf(tenantId), async (tx) => {
    const heads = (await signedHeads(tx, tenantId)).map(({ head, ...seal }) => ({
      ...{ ...head, signed: { at: head.at, ...seal } },
    }))
    return { heads, keys: await signingKeys(tx), other: await otherwise(tx, tenantId, heads) }
  })
  const [altered] = signed.other
  const findings = [
    ...(broken === null ? [] : [`broken at event ${broken} of ${events}`]),
    ...(await forgeries(signed.heads, signed.keys)),
    ...(altered ? [`event ${altered.seq} is another than in a head signed here`] : []),
  ]
  return { firstBreak: broken, signed: signed.heads.length, findings }
}

/** Signatures are verified some at a time: jobs of the same process go on in between. */
async function forgeries(heads: readonly KeptHead[], keys: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (let at = 0; at < heads.length; at += SIGNATURES) {
    found.push(...sealFaults(heads.slice(at, at + SIGNATURES), keys))
    await setImmediate()
  }
  return found
}

async function tellOf(
  platform: Verifying,
  chain: DueChain,
  { found, everySeconds }: { found: Found; everySeconds: number },
): Promise<void> {
  const { tenantId, events } = chain
  const { findings } = found
  // by itself: to a chain whose head is gone nothing can be appended, and people are told all the same
  if (findings.length > 0) {
    platform.log.error({ tenantId, findings }, 'an audit chain is broken')
    await platform.db.inContext(scopeOf(PLATFORM_TENANT), (tx) => tellAuditors(platform, tx, chain))
  }
  await platform.db.inContext(scopeOf(tenantId), async (tx) => {
    // another worker may have been as fast
    const due = await chainsDue(tx, everySeconds)
    if (due.every((one) => one.tenantId !== tenantId)) return
    await record(tx, {
      tenant: tenantId,
      action: 'chain.verified',
      subject: tenantId,
      payload: { events, ...found },
    })
  })
}

/** A span at a time, each in its own transaction; the last one with what was appended meanwhile, and the head. */
async function firstBreak(
  { db }: Verifying,
  { tenantId, events }: DueChain,
  span: number,
): Promise<number | null> {
  const scope = scopeOf(tenantId)
  let from = 1
  for (; from + span <= events; from += span) {
    const at = { from, to: from + span - 1 }
    const broken = await db.inContext(scope, (tx) => breakBetween(tx, tenantId, at))
    if (broken !== null) return broken
  }
  return db.inContext(scope, (tx) => breakSince(tx, tenantId, from - 1))
}

async function tellAuditors(
  { queue, settings }: Verifying,
  tx: Transaction,
  { tenantId, name }: DueChain,
): Promise<void> {
  const { subject, text, chat } = noticeWords('chain.broken', {
    ...{ id: tenantId, number: 0, title: name, link: `${settings.publicUrl}/audit` },
  })
  const day = new Date().toISOString().slice(0, 10)
  const people = { tenantId: PLATFORM_TENANT, team: null, roles: ['auditor', 'admin'] }
  const deliveries = await insertNotices(
    tx,
    {
      ...{ tenantId: PLATFORM_TENANT, changeId: tenantId, event: `chain.broken.${day}` },
      ...{ title: subject, text, link: '/audit', chat },
    },
    await teamOf(tx, people),
  )
  for (const deliveryId of deliveries)
    await queue.enqueue(tx, 'delivery.send', { deliveryId }, { key: deliveryId })
}

function scopeOf(...tenants: string[]) {
  return { actor: 'sys:worker', tenants, reason: 'audit chains verified' }
}
