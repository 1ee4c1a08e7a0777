import { readsAcross } from '#lib/auth/permissions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Result } from '#lib/result.ts'
import type { Viewer } from '#lib/viewer.ts'
import type { Database, Scope, Transaction } from './client.ts'

/** Why a command writes: stored with every row version it makes. */
export type Why = {
  reason: string
  change?: string
  /** Tenants of the rows written, when they are not the viewer's own (a decision, an admin's command). */
  tenants?: readonly string[]
  as?: 'stairway_admin'
}

export type ViewerDatabase = {
  /** Reads as the viewer: their tenants and shared rows, or all tenants for platform roles. */
  read<T>(viewer: Viewer, body: (tx: Transaction) => Promise<T>): Promise<T>
  /** One command, one transaction. An `err` returned from `body` rolls everything back. */
  transact<T, E>(
    viewer: Viewer,
    why: Why,
    body: (tx: Transaction) => Promise<Result<T, E>>,
  ): Promise<Result<T, E>>
}

class RolledBack extends Error {
  readonly refusal: unknown
  constructor(refusal: unknown) {
    super('rolled back')
    this.refusal = refusal
  }
}

/** Binds viewers to transactions; nothing else decides what a viewer's transaction may see. */
export function viewerDatabase(db: Database): ViewerDatabase {
  return {
    read: (viewer, body) => db.inContext(readScope(viewer), body),
    async transact(viewer, why, body) {
      try {
        return await db.inContext(writeScope(viewer, why), async (tx) => {
          const result = await body(tx)
          if (!result.ok) throw new RolledBack(result)
          return result
        })
      } catch (error) {
        if (error instanceof RolledBack) return error.refusal as Awaited<ReturnType<typeof body>>
        throw error
      }
    },
  }
}

function ownTenants(viewer: Viewer): string[] {
  return [...new Set([...Object.keys(viewer.roles), PLATFORM_TENANT])]
}

function readScope(viewer: Viewer): Scope {
  const scope: Scope = { actor: viewer.id, tenants: ownTenants(viewer) }
  return readsAcross(viewer) ? { ...scope, as: 'stairway_platform' } : scope
}

function writeScope(viewer: Viewer, why: Why): Scope {
  return {
    actor: viewer.id,
    tenants: why.tenants ? [...why.tenants, PLATFORM_TENANT] : ownTenants(viewer),
    reason: why.reason,
    ...(why.change ? { change: why.change } : {}),
    ...(why.as ? { as: why.as } : {}),
  }
}
