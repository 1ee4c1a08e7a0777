import { mayIn } from '#lib/auth/permissions.ts'
import { holdPolicy, openEditOf } from '#lib/changes/policy-store.ts'
import { assessPolicyRisk } from '#lib/changes/risk.ts'
import type { StandardTemplate } from '#lib/changes/standard.ts'
import { widened } from '#lib/changes/standard-loosens.ts'
import { loadStandard, type StoredStandard } from '#lib/changes/standard-store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { loadRules, type Rules } from '../load-rules.ts'
import { type AskedChange, type Assessment, sealChange } from '../seal-change.ts'
import { askedToEdit } from './assess-policy.ts'
import type {
  PreviewStandard,
  ProposeStandard,
  StandardDraft,
  StandardTerms,
} from './edit-standard.schema.ts'
import { planStandardEdit } from './plan-standard.ts'
import { replayStandards, type StandardReplay } from './replay-standards.ts'

export type StandardEditError =
  | { code: 'policy_not_found' }
  | { code: 'policy_name_taken'; name: string }
  | { code: 'policy_unchanged' }
  | { code: 'standard_owner_unknown'; owner: string }
  | { code: 'standard_until'; until: string }

export type StandardPreview = {
  planHash: string
  before: string | null
  after: string
  band: string
  loosened: string[]
  stages: string[]
  unfillable: string[]
  replay: StandardReplay
}

/** A standard holds for a year at most; then it is looked at again. */
const LONGEST_DAYS = 366
const DAY_MS = 86_400_000
const SHOWN = 20

type Assessed = Assessment & { terms: StandardTerms; loosened: string[]; replay: StandardReplay }

/** Plan, replay over the last requests, risk and stages of an edit of what is pre-authorised. */
async function assess(
  tx: Transaction,
  draft: StandardDraft,
  barred: readonly string[],
): Promise<Result<Assessed, StandardEditError>> {
  const stored = draft.standardId ? await loadStandard(tx, draft.standardId) : undefined
  if (draft.standardId && !stored) return err({ code: 'policy_not_found' })
  const refused = await refusedBecause(tx, draft)
  if (refused) return err(refused)
  const rules = await loadRules(tx, PLATFORM_TENANT)
  const days = (Date.parse(draft.until) - rules.now.getTime()) / DAY_MS
  if (!draft.ends && (days < -1 || days > LONGEST_DAYS))
    return err({ code: 'standard_until', until: draft.until })
  const { standardId, ends, bounds, owner, until } = draft
  const name = stored?.name ?? draft.name
  const base = stored?.version ?? 0
  const terms: StandardTerms = {
    ...{ subject: 'standard', standardId, name, base, ends, bounds, owner, until },
  }
  const inForce = stored?.state === 'active' ? stored : null
  const plan = planStandardEdit(terms, inForce)
  if (
    inForce &&
    !ends &&
    plan.items.every(({ previous, hash }) => !previous || previous.hash === hash)
  )
    return err({ code: 'policy_unchanged' })
  const replay = await replayStandards(tx, {
    ...{ before: rules.standards, after: replaced(rules, terms), now: rules.now },
  })
  const loosened = widened(inForce?.bounds ?? null, ends ? null : bounds)
  const finding = 'would have been covered otherwise'
  const risk = assessPolicyRisk({ loosened, differ: replay.differ.length, finding })
  return ok({ terms, plan, risk, replay, loosened, ...(await askedToEdit(tx, rules, barred)) })
}

async function refusedBecause(
  tx: Transaction,
  { standardId, name, owner, ends }: StandardDraft,
): Promise<StandardEditError | undefined> {
  const taken = await tx.standard_template.count({ where: { tenant_id: PLATFORM_TENANT, name } })
  if (!standardId && taken > 0) return { code: 'policy_name_taken', name }
  const groups = await tx.directory_group.count({ where: { name: owner } })
  return groups !== 1 && !ends ? { code: 'standard_owner_unknown', owner } : undefined
}

function replaced({ standards }: Rules, terms: StandardTerms): StandardTemplate[] {
  const others = standards.filter(({ id }) => id !== terms.standardId)
  const { name, bounds, until } = terms
  const expiresAt = new Date(Date.parse(until) + DAY_MS)
  const id = terms.standardId ?? 'proposed'
  return terms.ends ? others : [...others, { id, name, state: 'active', expiresAt, bounds }]
}

/** What an edit would do, before anybody is asked. Reads only. */
export function previewStandard(
  platform: Platform,
  viewer: Viewer,
  { draft }: PreviewStandard,
): Promise<Result<StandardPreview, StandardEditError>> {
  return platform.read(viewer, async (tx): Promise<Result<StandardPreview, StandardEditError>> => {
    const assessed = await assess(tx, draft, [viewer.id])
    if (!assessed.ok) return assessed
    const { plan, risk, replay, loosened, stages, unfillable } = assessed.value
    const [text] = plan.items
    return ok({
      ...{ planHash: plan.hash, band: risk.band, loosened, unfillable },
      ...{ before: text?.previous?.body ?? null, after: text?.body ?? '' },
      stages: stages.map(({ name }) => name),
      replay: { ...replay, differ: replay.differ.slice(0, SHOWN) },
    })
  })
}

type ProposeError =
  | StandardEditError
  | { code: 'policy_asked_already'; number: number }
  | { code: 'nobody_to_approve'; stages: string[] }
  | { code: 'policy_moved' }

/** Asks that what is pre-authorised becomes another, begins or ends: a change like any other, decided by another administrator. Nothing holds before. */
export async function proposeStandard(
  platform: Platform,
  viewer: Viewer,
  { draft, reason, planHash }: ProposeStandard,
): Promise<Result<AskedChange, ProposeError>> {
  return platform.transact(
    viewer,
    { reason, tenants: [PLATFORM_TENANT] },
    async (tx): Promise<Result<AskedChange, ProposeError>> => {
      if (!mayIn(viewer, 'platform.manage', PLATFORM_TENANT))
        return err({ code: 'policy_not_found' })
      await holdPolicy(tx, `standard ${draft.standardId ?? draft.name}`)
      const assessed = await assess(tx, draft, [viewer.id])
      if (!assessed.ok) return assessed
      const { terms, plan, unfillable } = assessed.value
      const open = await openEditOf(tx, terms.name)
      if (open) return err({ code: 'policy_asked_already', number: open })
      if (unfillable.length > 0) return err({ code: 'nobody_to_approve', stages: unfillable })
      if (plan.hash !== planHash) return err({ code: 'policy_moved' })
      const does = terms.ends ? 'End' : terms.base === 0 ? 'New' : 'Another text of'
      const sealed = await sealChange(platform, tx, {
        ...{ viewer, tenantId: PLATFORM_TENANT, kind: 'edit_policy', reason },
        assessment: assessed.value,
        title: `${does} standard change ${terms.name}`,
        parameters: { request: { reason, policy: terms.name }, policy: terms },
        payload: { standard: terms.name, base: terms.base },
      })
      return ok(sealed)
    },
  )
}

/** Why an approved text may not come into force now; undefined when the row that it replaces is the one that was looked at and the bytes are those approved. */
export async function standardObstacle(
  tx: Transaction,
  planHash: string | null,
  terms: StandardTerms,
): Promise<string | undefined> {
  const stored = terms.standardId ? await loadStandard(tx, terms.standardId) : undefined
  if (terms.standardId && !stored) return `the standard ${terms.name} is gone`
  if ((stored?.version ?? 0) !== terms.base)
    return `the standard ${terms.name} was written meanwhile. Withdraw this, look at it and ask again`
  const now = await nowOf(tx)
  if (!terms.ends && Date.parse(terms.until) + DAY_MS <= now.getTime())
    return `its last day, ${terms.until}, is over`
  const inForce: StoredStandard | null = stored?.state === 'active' ? stored : null
  return planStandardEdit(terms, inForce).hash === planHash
    ? undefined
    : 'the plan is outdated: Stairway renders the standard otherwise today. Withdraw it and ask again'
}

async function nowOf(tx: Transaction): Promise<Date> {
  const [row] = await tx.$queryRaw<{ now: Date }[]>`select clock_timestamp() as now`
  if (!row) throw new Error('the database told no time')
  return row.now
}
