import {
  askTest,
  insertDestination,
  letGoOn,
  lockDestination,
  setDestinationState,
  tenantIdOf,
} from '#lib/audit/destination-store.ts'
import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { unfitCertificate } from '../unfit-certificate.ts'
import type { ActOnDestination, DestinationRef, RegisterDestination } from './destination.schema.ts'

export type DestinationError =
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | { code: 'certificate_unreadable' }
  | { code: 'certificate_expired'; until: string }
  | { code: 'destination_name_taken'; name: string }
  | { code: 'destination_not_found' }
  | { code: 'destination_state'; state: string }
  | { code: 'tenant_unknown' }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const

/** Registers a destination; it is sent every event of the chains that it covers, from the first. Its secrets are sealed before they are stored: the worker alone opens them. */
export async function registerDestination(
  platform: Platform,
  viewer: Viewer,
  input: RegisterDestination,
): Promise<Result<{ destinationId: string }, DestinationError>> {
  if (!platform.allowsOutbound(input.endpoint))
    return err({ code: 'endpoint_not_allowed', endpoint: input.endpoint })
  const unfit = input.caPem ? unfitCertificate(input.caPem) : undefined
  if (unfit) return err(unfit)
  const id = newId('adn')
  const sealed = (what: string, plaintext: string) => {
    if (plaintext === '') return null
    const secret = { id: newId('sec'), purpose: `${what}:${id}` }
    const bytes = platform.sealer.seal(plaintext, { tenant: PLATFORM_TENANT, ...secret })
    return { ...secret, sealed: bytes, keyId: platform.sealer.keyId }
  }
  const token = sealed('audit-token', input.token)
  const signing = sealed('audit-signing', input.signingKey)
  const { name, format, transport, endpoint } = input
  const work = async (
    tx: Transaction,
  ): Promise<Result<{ destinationId: string }, DestinationError>> => {
    const covers = input.covers ? await tenantIdOf(tx, input.covers) : null
    if (covers === undefined) return err({ code: 'tenant_unknown' })
    const facts = { id, tenantId: PLATFORM_TENANT, name, format, transport, endpoint, covers }
    await insertDestination(tx, { ...facts, caPem: input.caPem || null, token, signing })
    await platform.queue.enqueue(tx, 'audit.export', { destinationId: id }, { key: id })
    await record(tx, {
      tenant: PLATFORM_TENANT,
      action: 'destination.registered',
      subject: id,
      payload: { name, format, transport, endpoint, covers, token: !!token, signed: !!signing },
    })
    return ok({ destinationId: id })
  }
  try {
    const why = { reason: 'audit destination registered', ...AS_ADMIN }
    return await platform.transact(viewer, why, work)
  } catch (error) {
    if (sqlState(error) === '23505') return err({ code: 'destination_name_taken', name })
    throw error
  }
}

const ACTS = {
  pause: { from: ['active'], to: 'paused', action: 'destination.paused' },
  resume: { from: ['active', 'paused'], to: 'active', action: 'destination.resumed' },
  remove: { from: ['active', 'paused'], to: 'removed', action: 'destination.removed' },
} as const

/** Pauses a destination; resumes it, or what has stopped at it, from where that was; or removes it for good with its secrets. */
export async function actOnDestination(
  platform: Platform,
  viewer: Viewer,
  { destinationId, act, reason }: ActOnDestination,
): Promise<Result<{ state: string }, DestinationError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ state: string }, DestinationError>> => {
      const destination = await lockDestination(tx, destinationId)
      if (!destination) return err({ code: 'destination_not_found' })
      const { from, to, action } = ACTS[act]
      if (!(from as readonly string[]).includes(destination.state))
        return err({ code: 'destination_state', state: destination.state })
      if (destination.state !== to) await setDestinationState(tx, destinationId, to)
      const stopped = act === 'resume' ? await letGoOn(tx, destinationId) : 0
      if (act === 'resume')
        await platform.queue.enqueue(tx, 'audit.export', { destinationId }, { key: destinationId })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action,
        subject: destinationId,
        payload: { name: destination.name, reason, ...(act === 'resume' ? { stopped } : {}) },
      })
      return ok({ state: to })
    },
  )
}

/** Asks the worker to send a record that says of itself that it is a test; the page shows what came back. */
export async function testDestination(
  platform: Platform,
  viewer: Viewer,
  { destinationId }: DestinationRef,
): Promise<Result<{ asked: true }, DestinationError>> {
  return platform.transact(
    viewer,
    { reason: 'audit destination tested', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, DestinationError>> => {
      const destination = await lockDestination(tx, destinationId)
      if (!destination) return err({ code: 'destination_not_found' })
      await askTest(tx, destinationId)
      await platform.queue.enqueue(tx, 'audit.test', { destinationId }, { key: destinationId })
      await record(tx, {
        tenant: PLATFORM_TENANT,
        action: 'destination.tested',
        subject: destinationId,
        payload: { name: destination.name },
      })
      return ok({ asked: true })
    },
  )
}
