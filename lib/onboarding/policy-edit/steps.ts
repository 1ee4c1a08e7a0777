import { setImmediate } from 'node:timers/promises'
import { record } from '#lib/audit/store.ts'
import { putInForce } from '#lib/changes/policy-store.ts'
import { putStandardInForce } from '#lib/changes/standard-store.ts'
import { updateChange } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import {
  loadEntitlementPolicy,
  loadPastRequests,
  putEntitlementsInForce,
} from '#lib/entitlements/policy-store.ts'
import {
  type EntitlementReplay,
  type PastRequest,
  replayEntitlements,
} from '#lib/entitlements/replay.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { WorkerPlatform } from '#lib/runtime/platform.ts'
import { advanceChange } from '../advance-change.ts'
import type { RunContext, SingleStep, Step } from '../steps/step.ts'
import type { EntitlementTerms, PolicyTerms } from './edit-policy.schema.ts'

/** Requests that a new entitlement policy is asked about before it comes into force. */
const REPLAYED = 10_000
const PAGE = 500

/** Puts the approved text in force and closes the change, in one commit. An entitlement policy that errs on a past request never gets there. */
const activatePolicy: SingleStep = {
  kind: 'single',
  name: 'activate_policy',
  title: 'Put the policy in force',
  async perform(platform, run) {
    const terms = run.policy
    if (!terms) throw new Error(`run ${run.runId} has no policy`)
    const replay = terms.subject === 'entitlements' ? await replayed(platform, terms) : undefined
    if (replay && replay.broken.length > 0) return { kind: 'stop', trouble: brokenTrouble(replay) }
    return {
      kind: 'done',
      async commit(tx) {
        const facts = replay ? { replayed: replay.looked, differ: replay.differ } : {}
        const version = await activate(tx, run, terms)
        await close(platform, tx, { run, terms, version, facts })
        return { version, ...facts }
      },
    }
  },
}

async function replayed(
  platform: WorkerPlatform,
  { text }: EntitlementTerms,
): Promise<EntitlementReplay> {
  const scope = { actor: 'sys:worker', tenants: [] }
  const before = (await platform.db.inContext(scope, loadEntitlementPolicy)).body
  return replayEntitlements(pastRequests(platform), { before, after: text, pause: setImmediate })
}

/** The last requests, a page at a time: ten thousand with their facts at once would be some 50 MB. */
async function* pastRequests(platform: WorkerPlatform): AsyncGenerator<PastRequest> {
  let before: number | undefined
  for (let read = 0; read < REPLAYED; read += PAGE) {
    const page = await platform.db.inContext({ actor: 'sys:worker', tenants: [] }, (tx) =>
      loadPastRequests(tx, { most: PAGE, before }),
    )
    yield* page
    if (page.length < PAGE) return
    before = page.at(-1)?.number
  }
}

function brokenTrouble({ broken }: EntitlementReplay) {
  return {
    code: 'policy_breaks',
    detail: `the policy cannot be evaluated on past requests: ${broken.join('; ').slice(0, 500)}`,
    whose: 'yours',
    nextStep:
      'Give this change up, mend the rule and ask again; the version in force stays in force.',
  } as const
}

/** Writes the version; answers its number. Throws when another came first: the whole commit falls, and the start's look was too early. */
async function activate(tx: Transaction, run: RunContext, terms: PolicyTerms): Promise<number> {
  const by = { proposedBy: run.requesterId, approvedBy: await approverOf(tx, run) }
  const done = await put(tx, terms, by)
  if (!done) throw new Error(`policy ${terms.name} moved since its change started`)
  return isEnd(terms) ? terms.base : terms.base + 1
}

type By = { proposedBy: string; approvedBy: string }

async function put(tx: Transaction, terms: PolicyTerms, by: By): Promise<boolean> {
  if (terms.subject === 'entitlements') return putEntitlementsInForce(tx, { ...terms, ...by })
  if (terms.subject === 'standard') return putStandardInForce(tx, { ...terms, ...by })
  return (await putInForce(tx, { ...terms, ...by })) !== undefined
}

type Closing = {
  run: RunContext
  terms: PolicyTerms
  version: number
  facts: Record<string, number>
}

async function close(
  platform: WorkerPlatform,
  tx: Transaction,
  { run, terms, version, facts }: Closing,
): Promise<void> {
  const ends = isEnd(terms)
  const name = terms.subject === 'standard' ? `standard ${terms.name}` : `policy ${terms.name}`
  await updateChange(tx, run.changeId, { closeCode: 'successful' })
  await advanceChange(platform, tx, {
    changeId: run.changeId,
    events: ['verify', 'close'],
    reason: ends ? `${name} is not in force any more` : `${name} ${version} is in force`,
    notice: 'change.policy_in_force',
    payload: { policy: terms.name, version },
  })
  await record(tx, {
    tenant: PLATFORM_TENANT,
    action: ends ? 'policy.ended' : 'policy.activated',
    subject: run.changeId,
    payload: {
      policy: terms.name,
      version,
      change: run.changeNumber,
      plan: run.planHash,
      ...facts,
    },
  })
}

function isEnd(terms: PolicyTerms): boolean {
  return terms.subject !== 'entitlements' && terms.ends
}

/** Who gave the last approval of the run's plan. */
async function approverOf(tx: Transaction, run: RunContext): Promise<string> {
  const [row] = await tx.$queryRaw<{ by: string }[]>`
    select d.decider_id as by from decision d where d.change_id = ${run.changeId} and d.plan_hash = decode(${run.planHash}, 'hex') and d.verdict = 'approve'
    order by d.decided_at desc limit 1`
  if (!row) throw new Error(`nobody approved the plan of run ${run.runId}`)
  return row.by
}

export const POLICY_STEPS: readonly Step[] = [activatePolicy]
