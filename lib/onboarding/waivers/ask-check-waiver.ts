import { record } from '#lib/audit/store.ts'
import { mayIn } from '#lib/auth/permissions.ts'
import { loadBarred } from '#lib/changes/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import type { CheckResult, WaivableNow } from '#lib/entitlements/check-result.ts'
import { valueHash } from '#lib/entitlements/waivable.ts'
import { decidersOf, insertWaiver } from '#lib/entitlements/waiver-store.ts'
import { newId } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { assessRequest } from '../assess-request.ts'
import { loadRequestContext, type TenantRow } from '../request-context.ts'
import { signedInAs } from '../signed-in.ts'
import { tellOfWaiver } from './tell-of-waiver.ts'
import type { AskCheckWaiver } from './waive-check.schema.ts'

export type AskCheckWaiverError =
  | { code: 'tenant_not_found' }
  | { code: 'nothing_to_waive' }
  | { code: 'waiver_too_long'; most: number }
  | { code: 'waiver_asked_already' }
  | { code: 'waiver_undecidable'; by: WaivableNow['by'] }

/**
 * Asks for a waiver of a check that fails for this very request now. What it covers is what the check itself found, never what the asker says. Whoever may decide
 * it is told.
 */
export async function askCheckWaiver(
  platform: Platform,
  viewer: Viewer,
  asked: AskCheckWaiver,
): Promise<Result<{ waiverId: string }, AskCheckWaiverError>> {
  return platform.transact(
    viewer,
    { reason: asked.reason },
    async (tx): Promise<Result<{ waiverId: string }, AskCheckWaiverError>> => {
      const found = await failing(platform, tx, { viewer, asked })
      if (!found) return err({ code: 'tenant_not_found' })
      const { tenant, check } = found
      if (!check?.waivable) return err({ code: 'nothing_to_waive' })
      if (asked.days > check.waivable.maxDays)
        return err({ code: 'waiver_too_long', most: check.waivable.maxDays })
      return ask(platform, tx, { viewer, asked, tenant, check, waivable: check.waivable })
    },
  )
}

type Asking = { viewer: Viewer; asked: AskCheckWaiver }

/** The failing check that is meant; undefined where there is no such tenant for the asker. */
async function failing(
  platform: Platform,
  tx: Transaction,
  { viewer, asked }: Asking,
): Promise<{ tenant: TenantRow; check: CheckResult | undefined } | undefined> {
  const { request, changeId, checkId, rule, subject } = asked
  const context = await loadRequestContext(tx, request, platform.settings)
  if (!context || !mayIn(viewer, 'service.request', context.tenant.id)) return undefined
  const person = await tx.person.findUniqueOrThrow({
    where: { id: viewer.id },
    select: { user_name: true },
  })
  const barred = changeId ? await loadBarred(tx, changeId) : []
  const { checks } = await assessRequest(tx, {
    request,
    context,
    requester: { id: viewer.id, name: viewer.name, userName: person.user_name },
    contributors: barred.map((entry) => entry.personId),
    changeId: changeId ?? null,
    signedIn: signedInAs(viewer),
  })
  const check = checks.find(
    (one) =>
      one.checkId === checkId && one.subject === subject && (one.waivable?.rule ?? rule) === rule,
  )
  return { tenant: context.tenant, check }
}

async function ask(
  platform: Platform,
  tx: Transaction,
  {
    viewer,
    asked: { request, reason, days },
    tenant,
    check,
    waivable,
  }: Asking & { tenant: TenantRow; check: CheckResult; waivable: WaivableNow },
): Promise<Result<{ waiverId: string }, AskCheckWaiverError>> {
  const waiver = {
    ...{ id: newId('wvr'), tenantId: tenant.id, service: request.name, reason, days },
    ...{ checkId: check.checkId, checkVersion: check.checkVersion, rule: waivable.rule },
    ...{
      subject: check.subject ?? '',
      value: waivable.value,
      valueHash: valueHash(waivable.value),
    },
    ...{ title: check.title, finding: check.finding, by: waivable.by, askedBy: viewer.id },
  }
  const deciders = await decidersOf(tx, waiver)
  if (deciders.length === 0) return err({ code: 'waiver_undecidable', by: waivable.by })
  if (!(await insertWaiver(tx, waiver))) return err({ code: 'waiver_asked_already' })
  await tellOfWaiver(platform, tx, { waiver, event: 'waiver.asked', people: deciders })
  const { service, checkId, subject, value, finding } = waiver
  await record(tx, {
    tenant: tenant.id,
    action: 'waiver.asked',
    subject: waiver.id,
    payload: { service, check: checkId, on: subject, value, finding, days, reason },
  })
  return ok({ waiverId: waiver.id })
}
