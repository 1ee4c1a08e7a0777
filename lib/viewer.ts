import type { SignInStrength } from './auth/strength.ts'

/** Roles a person holds in a tenant, through groups or directly. */
export type Role = 'developer' | 'owner' | 'approver' | 'admin' | 'auditor'

/** Who is asking. Built once per request from the session and the synced directory, never from a token's claims. */
export type Viewer = {
  id: string
  name: string
  email: string
  /** Principals the viewer may act as: the person and every group of theirs. */
  principals: readonly string[]
  /** Roles by tenant id; platform roles stand under the platform tenant. */
  roles: Readonly<Record<string, readonly Role[]>>
  /** When the person last proved who they are (OIDC `auth_time`), epoch milliseconds. */
  authTime: number
  /** How they did, as the provider said then. */
  signIn: SignInStrength
}
