import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Role, Viewer } from '#lib/viewer.ts'

/** Everything a person can be allowed to do; every action and route names exactly one. */
export const PERMISSIONS = {
  /** Any signed-in, active person, about themselves only. */
  self: { tenant: [], platform: [] },
  'service.read': {
    tenant: ['developer', 'owner', 'approver', 'auditor'],
    platform: ['admin', 'auditor', 'approver'],
  },
  'service.request': { tenant: ['developer', 'owner'], platform: [] },
  /** Taking back what one asked for, or, as an owner of the tenant, what anybody there asked for. */
  'change.withdraw': { tenant: ['developer', 'owner'], platform: ['admin'] },
  /** Asking Flux for a reconcile, suspending, resuming: what runs is not changed. */
  'service.operate': { tenant: ['developer', 'owner'], platform: ['admin'] },
  'change.read': {
    tenant: ['developer', 'owner', 'approver', 'auditor'],
    platform: ['admin', 'auditor', 'approver'],
  },
  /** Being one of a stage's people decides; the command checks the stage itself. */
  'change.decide': { tenant: ['owner', 'approver'], platform: ['approver', 'admin'] },
  /** Saying something about a change that one sees; auditors listen. */
  'change.comment': { tenant: ['developer', 'owner', 'approver'], platform: ['admin', 'approver'] },
  'run.operate': { tenant: ['developer', 'owner'], platform: ['admin'] },
  'catalog.read': {
    tenant: ['developer', 'owner', 'approver', 'auditor'],
    platform: ['admin', 'auditor', 'approver'],
  },
  'audit.read': { tenant: ['owner', 'auditor'], platform: ['admin', 'auditor'] },
  'fleet.read': { tenant: [], platform: ['admin', 'auditor', 'approver'] },
  'fleet.manage': { tenant: [], platform: ['admin'] },
  /** Deciding whether a cluster may serve although a preflight fails; never one's own wish. */
  'fleet.waive': { tenant: [], platform: ['admin', 'approver'] },
  /** Waivers of a tenant's checks: who sees them, and who decides; the check itself names which of these may, and never who asked. */
  'waiver.read': {
    tenant: ['developer', 'owner', 'approver', 'auditor'],
    platform: ['admin', 'auditor', 'approver'],
  },
  'waiver.decide': { tenant: ['owner'], platform: ['admin'] },
  /** Access reviews: who sees how grants stand, and who attests them; whose grant it is, is asked again where it is kept. */
  'access.read': { tenant: ['owner', 'auditor'], platform: ['admin', 'auditor'] },
  'access.attest': { tenant: ['owner'], platform: ['admin'] },
  /** Asking what another person can do in a tenant, and why. */
  'why.other': { tenant: ['owner'], platform: ['admin', 'auditor'] },
  'platform.read': { tenant: [], platform: ['admin', 'auditor'] },
  'platform.manage': { tenant: [], platform: ['admin'] },
} as const satisfies Record<string, { tenant: readonly Role[]; platform: readonly Role[] }>

export type Permission = keyof typeof PERMISSIONS

/** May the viewer do this anywhere at all? Menus and first gates; the object itself is checked again in the command. */
export function may(viewer: Viewer, permission: Permission): boolean {
  if (permission === 'self') return true
  return holdsPlatform(viewer, permission) || tenantsWhere(viewer, permission).length > 0
}

/** May the viewer do this in that tenant, by a role there or a platform role? */
export function mayIn(viewer: Viewer, permission: Permission, tenantId: string): boolean {
  if (holdsPlatform(viewer, permission)) return true
  const granting: readonly Role[] = PERMISSIONS[permission].tenant
  return (viewer.roles[tenantId] ?? []).some((role) => granting.includes(role))
}

/** Tenants (the platform's own excepted) where a tenant role grants the permission. */
export function tenantsWhere(viewer: Viewer, permission: Permission): string[] {
  const granting: readonly Role[] = PERMISSIONS[permission].tenant
  return Object.entries(viewer.roles)
    .filter(
      ([tenant, roles]) =>
        tenant !== PLATFORM_TENANT && roles.some((role) => granting.includes(role)),
    )
    .map(([tenant]) => tenant)
}

/** Does a platform role of the viewer grant the permission in every tenant? */
export function holdsPlatform(viewer: Viewer, permission: Permission): boolean {
  const granting: readonly Role[] = PERMISSIONS[permission].platform
  return (viewer.roles[PLATFORM_TENANT] ?? []).some((role) => granting.includes(role))
}

/** Does the viewer read across the tenant wall (admins, auditors, bank-wide approvers)? */
export function readsAcross(viewer: Viewer): boolean {
  return holdsPlatform(viewer, 'service.read')
}

/** Tenants whose audit chain the viewer may read; null means every one. */
export function auditedTenants(viewer: Viewer): string[] | null {
  return holdsPlatform(viewer, 'audit.read') ? null : tenantsWhere(viewer, 'audit.read')
}
