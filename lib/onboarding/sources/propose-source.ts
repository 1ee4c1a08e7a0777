import { record } from '#lib/audit/store.ts'
import type { Transaction } from '#lib/db/client.ts'
import { sqlState } from '#lib/db/sql-error.ts'
import {
  acceptHeld,
  activateSource,
  endProposal,
  insertSource,
  lockSource,
  readSoon,
  removeSource,
} from '#lib/entitlements/source-store.ts'
import type { SourceKind } from '#lib/entitlements/sources/kinds.ts'
import { newId, PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import { err, ok } from '#lib/result.ts'
import type { Platform } from '#lib/runtime/platform.ts'
import type { Viewer } from '#lib/viewer.ts'
import { type UnfitCertificate, unfitCertificate } from '../unfit-certificate.ts'
import type {
  AcceptRemoval,
  DecideSource,
  ProposeSource,
  ReadSource,
  RemoveSource,
} from './source.schema.ts'

export type SourceError =
  | { code: 'endpoint_not_allowed'; endpoint: string }
  | UnfitCertificate
  | { code: 'source_proposed_already'; kind: SourceKind }
  | { code: 'source_not_found' }
  | { code: 'source_own_proposal' }
  | { code: 'source_decided' }
  | { code: 'source_not_set_up'; kind: SourceKind }
  | { code: 'source_not_held' }

const AS_ADMIN = { tenants: [PLATFORM_TENANT], as: 'stairway_admin' } as const
const TENANT = PLATFORM_TENANT

/** Proposes a source; nothing is read from it before another administrator confirms it. Its token is sealed before it is stored: the worker alone opens it. */
export async function proposeSource(
  platform: Platform,
  viewer: Viewer,
  { token, caPem, ...input }: ProposeSource,
): Promise<Result<{ sourceId: string }, SourceError>> {
  const { kind, transport, format, address, everyMinutes, maxRemovedPercent, reason } = input
  if (transport === 'https' && !platform.allowsOutbound(address))
    return err({ code: 'endpoint_not_allowed', endpoint: address })
  const unfit = caPem ? unfitCertificate(caPem) : undefined
  if (unfit) return err(unfit)
  const id = newId('src')
  const work = async (tx: Transaction): Promise<Result<{ sourceId: string }, SourceError>> => {
    const sealed = token === '' ? null : sealedToken(platform, id, token)
    const facts = { ...input, id, tenantId: TENANT, caPem: caPem || null, token: sealed }
    await insertSource(tx, { ...facts, by: viewer.id })
    const payload = { kind, transport, format, address, everyMinutes, maxRemovedPercent, reason }
    await record(tx, {
      ...{ tenant: TENANT, action: 'source.proposed', subject: id },
      payload: { ...payload, token: sealed !== null },
    })
    return ok({ sourceId: id })
  }
  try {
    return await platform.transact(viewer, { reason: 'source proposed', ...AS_ADMIN }, work)
  } catch (error) {
    if (sqlState(error) === '23505') return err({ code: 'source_proposed_already', kind })
    throw error
  }
}

function sealedToken({ sealer }: Platform, sourceId: string, token: string) {
  const secret = { id: newId('sec'), purpose: `source-token:${sourceId}` }
  const sealed = sealer.seal(token, { tenant: TENANT, ...secret })
  return { ...secret, sealed, keyId: sealer.keyId }
}

/** Confirms or refuses. What is confirmed replaces what was active, and is read at once; until then nothing of its kind is known. Whoever proposed may only take it back. */
export function decideSource(
  platform: Platform,
  viewer: Viewer,
  { sourceId, verdict }: DecideSource,
): Promise<Result<{ state: string }, SourceError>> {
  return platform.transact(
    viewer,
    { reason: 'source decided', ...AS_ADMIN },
    async (tx): Promise<Result<{ state: string }, SourceError>> => {
      const source = await lockSource(tx, sourceId)
      if (!source) return err({ code: 'source_not_found' })
      if (source.state !== 'proposed') return err({ code: 'source_decided' })
      const isOwn = source.proposedBy === viewer.id
      if (isOwn && verdict === 'confirm') return err({ code: 'source_own_proposal' })
      const { kind, address } = source
      if (verdict === 'confirm') {
        await activateSource(tx, source, viewer.id)
        await platform.queue.enqueue(tx, 'source.read', { kind }, { key: kind })
      } else await endProposal(tx, sourceId, isOwn ? null : viewer.id)
      await record(tx, {
        ...{ tenant: TENANT, subject: sourceId, payload: { kind, address } },
        action: verdict === 'confirm' ? 'source.confirmed' : 'source.refused',
      })
      return ok({ state: verdict === 'confirm' ? 'active' : 'refused' })
    },
  )
}

/** Takes an active source away. Checks that rest on it say from then on that it is not set up, which blocks; so one person may. */
export function takeSourceAway(
  platform: Platform,
  viewer: Viewer,
  { sourceId, reason }: RemoveSource,
): Promise<Result<{ removed: true }, SourceError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ removed: true }, SourceError>> => {
      const source = await lockSource(tx, sourceId)
      if (!source) return err({ code: 'source_not_found' })
      if (source.state === 'proposed') await endProposal(tx, sourceId, null)
      else await removeSource(tx, sourceId)
      const { kind, address } = source
      await record(tx, {
        ...{ tenant: TENANT, action: 'source.removed', subject: sourceId },
        payload: { kind, address, reason },
      })
      return ok({ removed: true })
    },
  )
}

/** Lets the very feed that is held take away what it takes away; another one is judged anew. */
export function acceptRemoval(
  platform: Platform,
  viewer: Viewer,
  { kind, digest, reason }: AcceptRemoval,
): Promise<Result<{ accepted: true }, SourceError>> {
  return platform.transact(
    viewer,
    { reason, ...AS_ADMIN },
    async (tx): Promise<Result<{ accepted: true }, SourceError>> => {
      if (!(await acceptHeld(tx, kind, new Uint8Array(Buffer.from(digest, 'hex')))))
        return err({ code: 'source_not_held' })
      await platform.queue.enqueue(tx, 'source.read', { kind }, { key: kind })
      await record(tx, {
        ...{ tenant: TENANT, action: 'source.accepted', subject: kind },
        payload: { kind, digest, reason },
      })
      return ok({ accepted: true })
    },
  )
}

/** Asks the worker to read a source now. */
export function readSourceNow(
  platform: Platform,
  viewer: Viewer,
  { kind }: ReadSource,
): Promise<Result<{ asked: true }, SourceError>> {
  return platform.transact(
    viewer,
    { reason: 'source read by hand', ...AS_ADMIN },
    async (tx): Promise<Result<{ asked: true }, SourceError>> => {
      if (!(await readSoon(tx, kind))) return err({ code: 'source_not_set_up', kind })
      await platform.queue.enqueue(tx, 'source.read', { kind }, { key: kind })
      return ok({ asked: true })
    },
  )
}
