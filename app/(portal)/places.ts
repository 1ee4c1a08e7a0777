import type { Place } from '#components/shell/places.tsx'
import { holdsPlatform, may } from '#lib/auth/permissions.ts'
import { PLATFORM_TENANT } from '#lib/id.ts'
import type { Viewer } from '#lib/viewer.ts'

/** The rail follows from permissions; the figure beside Approvals is this person's own work. */
export function placesFor(
  viewer: Viewer,
  { approvals, waivers, access }: { approvals: number; waivers: number; access: number },
): Place[] {
  const everyday: (Place | false)[] = [
    { href: '/', label: 'Home', icon: 'home', key: 'h' },
    may(viewer, 'change.decide') && {
      href: '/approvals',
      label: 'Approvals',
      icon: 'approvals',
      key: 'a',
      count: approvals,
    },
    may(viewer, 'service.read') && {
      href: '/services',
      label: 'Services',
      icon: 'services',
      key: 's',
    },
    may(viewer, 'change.read') && { href: '/changes', label: 'Changes', icon: 'changes', key: 'c' },
    may(viewer, 'catalog.read') && {
      href: '/catalog',
      label: 'Catalog',
      icon: 'catalog',
      key: 'i',
    },
    may(viewer, 'change.read') && {
      href: '/calendar',
      label: 'Calendar',
      icon: 'calendar',
      key: 'l',
    },
    may(viewer, 'waiver.read') && {
      href: '/waivers',
      label: 'Waivers',
      icon: 'waivers',
      count: waivers,
    },
    may(viewer, 'access.read') && {
      href: '/access',
      label: 'Access',
      icon: 'access',
      count: access,
    },
    may(viewer, 'service.read') && { href: '/why', label: 'Why can I', icon: 'why' },
  ]
  const audit: (Place | false)[] = [
    may(viewer, 'audit.read') && {
      href: '/audit',
      label: 'Audit',
      icon: 'audit',
      key: 'u',
      platform: !isAuditor(viewer),
    },
  ]
  const order = isAuditor(viewer)
    ? [audit, everyday, platformPlaces(viewer)]
    : [everyday, platformPlaces(viewer), audit]
  return order.flat().filter((place) => place !== false)
}

function platformPlaces(viewer: Viewer): (Place | false)[] {
  return [
    may(viewer, 'fleet.read') && {
      href: '/fleet',
      label: 'Fleet',
      icon: 'fleet',
      key: 'f',
      platform: true,
    },
    may(viewer, 'platform.read') && {
      href: '/templates',
      label: 'Templates',
      icon: 'templates',
      platform: true,
    },
    may(viewer, 'platform.read') && {
      href: '/policies',
      label: 'Policies',
      icon: 'policies',
      platform: true,
    },
    may(viewer, 'platform.read') && {
      href: '/tenants',
      label: 'Tenants',
      icon: 'tenants',
      platform: true,
    },
    may(viewer, 'platform.manage') && {
      href: '/settings/directories',
      label: 'Directories',
      icon: 'directories',
      platform: true,
    },
    may(viewer, 'platform.read') && { href: '/jobs', label: 'Jobs', icon: 'jobs', platform: true },
  ]
}

function isAuditor(viewer: Viewer): boolean {
  return holdsPlatform(viewer, 'audit.read') && !holdsPlatform(viewer, 'platform.manage')
}

const ROLE_WORDS = {
  developer: 'Developer',
  owner: 'Owner',
  approver: 'Approver',
  admin: 'Platform admin',
  auditor: 'Auditor',
} as const

/** The person's roles in words: "Developer, payments". `names` gives tenants their names. */
export function rolesText(viewer: Viewer, names: ReadonlyMap<string, string>): string {
  const roles = Object.entries(viewer.roles).flatMap(([tenant, held]) =>
    held.map((role) =>
      tenant === PLATFORM_TENANT
        ? ROLE_WORDS[role]
        : `${ROLE_WORDS[role]}, ${names.get(tenant) ?? 'a tenant'}`,
    ),
  )
  return [...new Set(roles)].join(' · ') || 'No role yet'
}
