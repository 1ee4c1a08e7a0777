import type { WaivedBy } from './definition.ts'

export type WaiverState = 'asked' | 'in_force' | 'refused' | 'revoked' | 'over'

/** A waiver as people read it. */
export type ListedWaiver = {
  id: string
  tenantId: string
  tenant: string
  service: string
  title: string
  subject: string
  finding: string
  reason: string
  by: WaivedBy
  askedById: string
  asker: string
  askedAt: string
  decider: string | null
  revoker: string | null
  until: string
  state: WaiverState
  /** Revisions of changes that leaned on it. */
  uses: number
  /** Numbers of those changes, newest first; at most three. */
  changes: number[]
}
