import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import {
  askChatTest,
  type ChatSetting,
  lockChannel,
  replaceAddress,
  writeChannel,
} from '#lib/notices/chat-store.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import { tenantNamed } from '#lib/servicenow/setting-store.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { SetChat, TestChat } from './set-chat.schema.ts'

export type ChatError =
  | { code: 'tenant_unknown' }
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | { code: 'chat_address_missing' }
  | { code: 'chat_not_set' }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/**
 * Sets what a tenant's chat channel is told, and where it is. Its address is its credential: it is sealed before it is stored, stands in no record and no answer, and is
 * kept for the kind of chat that it was given for only.
 */
export async function setChat(
  platform: Platform,
  viewer: Viewer,
  input: SetChat,
): Promise<Result<{ state: string }, ChatError>> {
  const given = input.address === '' ? null : new URL(input.address)
  if (given && !platform.allowsOutbound(given.href))
    return err({ code: 'endpoint_not_allowed', endpoint: given.origin })
  return platform.transact(
    viewer,
    { reason: input.reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ state: string }, ChatError>> => {
      const tenantId = await tenantNamed(tx, input.tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      const stored = await lockChannel(tx, tenantId)
      if (!given && stored?.kind !== input.kind) return err({ code: 'chat_address_missing' })
      const old = stored?.secretId ?? null
      const secretId = given
        ? await sealAddress(platform, tx, { tenantId, address: given.href, old })
        : (old ?? '')
      const { state, kind, groups } = input
      const setting: ChatSetting = {
        ...{ state, kind, groups: [...new Set(groups)] },
        host: given?.origin ?? stored?.host ?? '',
      }
      await writeChannel(tx, { id: stored?.id ?? newId('chn'), tenantId, secretId }, setting)
      await record(tx, {
        ...{ tenant: tenantId, action: 'chat.set', subject: tenantId },
        payload: {
          ...setting,
          before: stored?.state ?? 'off',
          address: given ? 'new' : 'kept',
          reason: input.reason,
        },
      })
      return ok({ state })
    },
  )
}

async function sealAddress(
  { sealer }: Platform,
  tx: Transaction,
  { tenantId, address, old }: { tenantId: string; address: string; old: string | null },
): Promise<string> {
  const facts = { id: newId('sec'), purpose: 'chat' }
  const sealed = sealer.seal(address, { tenant: tenantId, ...facts })
  await replaceAddress(tx, tenantId, { old, secret: { ...facts, sealed, keyId: sealer.keyId } })
  return facts.id
}

/** Asks the worker to send a test message; the page shows what came back. */
export async function testChat(
  platform: Platform,
  viewer: Viewer,
  { tenant }: TestChat,
): Promise<Result<{ asked: true }, ChatError>> {
  return platform.transact(
    viewer,
    { reason: 'chat channel tested', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, ChatError>> => {
      const tenantId = await tenantNamed(tx, tenant)
      if (!tenantId) return err({ code: 'tenant_unknown' })
      if (!(await askChatTest(tx, tenantId))) return err({ code: 'chat_not_set' })
      await platform.queue.enqueue(tx, 'chat.test', { tenantId }, { key: tenantId })
      await record(tx, {
        ...{ tenant: tenantId, action: 'chat.tested', subject: tenantId, payload: { tenant } },
      })
      return ok({ asked: true })
    },
  )
}
