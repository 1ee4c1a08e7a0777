import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { lockGate } from '#lib/servicenow/reading-store.ts'
import {
  askLineTest,
  lockSetting,
  replaceSecret,
  tenantNamed,
  writeSetting,
} from '#lib/servicenow/setting-store.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { SetServiceNow, TestServiceNow } from './set-servicenow.schema.ts'

export type ServiceNowError =
  | { code: 'tenant_unknown' }
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | { code: 'servicenow_secret_missing' }
  | { code: 'servicenow_not_set' }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/**
 * Sets how a tenant stands to ServiceNow. The worker follows what is open, and judges anew what waits; a secret is sealed before it is stored, and kept for the
 * instance and the user that it was given for only.
 */
export async function setServiceNow(
  platform: Platform,
  viewer: Viewer,
  input: SetServiceNow,
): Promise<Result<{ mode: string }, ServiceNowError>> {
  const instance = new URL(input.instance).origin
  if (!platform.allowsOutbound(instance))
    return err({ code: 'endpoint_not_allowed', endpoint: instance })
  return platform.transact(
    viewer,
    { reason: input.reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ mode: string }, ServiceNowError>> => {
      const tenantId = await tenantNamed(tx, input.tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      await lockGate(tx, tenantId, 'saving')
      const stored = await lockSetting(tx, tenantId)
      const same =
        stored !== undefined &&
        stored.instance === instance &&
        stored.user === input.user &&
        stored.auth === input.auth
      if (input.secret === '' && !same) return err({ code: 'servicenow_secret_missing' })
      const id = stored?.id ?? newId('snw')
      const secretId =
        input.secret === '' && stored
          ? stored.secretId
          : await sealSecret(platform, tx, {
              tenantId,
              secret: input.secret,
              old: stored?.secretId ?? null,
            })
      const { mode, auth, user, group } = input
      const template = input.template || null
      await writeSetting(
        tx,
        { id, tenantId, secretId },
        { mode, instance, auth, user, group, template },
      )
      await record(tx, {
        tenant: tenantId,
        action: 'servicenow.set',
        subject: tenantId,
        payload: {
          ...{ mode, before: stored?.mode ?? 'off', instance, auth, user, group, template },
          secret: input.secret === '' ? 'kept' : 'new',
          reason: input.reason,
        },
      })
      return ok({ mode })
    },
  )
}

async function sealSecret(
  { sealer }: Platform,
  tx: Transaction,
  { tenantId, secret, old }: { tenantId: string; secret: string; old: string | null },
): Promise<string> {
  const facts = { id: newId('sec'), purpose: 'servicenow' }
  const sealed = sealer.seal(secret, { tenant: tenantId, ...facts })
  await replaceSecret(tx, tenantId, { old, secret: { ...facts, sealed, keyId: sealer.keyId } })
  return facts.id
}

/** Asks the worker to try the line; the page shows what came back. */
export async function testServiceNow(
  platform: Platform,
  viewer: Viewer,
  { tenant }: TestServiceNow,
): Promise<Result<{ asked: true }, ServiceNowError>> {
  return platform.transact(
    viewer,
    { reason: 'line to ServiceNow tested', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, ServiceNowError>> => {
      const tenantId = await tenantNamed(tx, tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      if (!(await askLineTest(tx, tenantId))) return err({ code: 'servicenow_not_set' })
      await platform.queue.enqueue(tx, 'servicenow.test', { tenantId }, { key: tenantId })
      await record(tx, {
        tenant: tenantId,
        action: 'servicenow.tested',
        subject: tenantId,
        payload: { tenant },
      })
      return ok({ asked: true })
    },
  )
}
