import { expect, test } from 'vitest'
import { PERMISSIONS, type Permission } from '#lib/auth/permissions.ts'
import { ACTIONS, PAGES, ROUTES, SOURCES } from '#lib/testing/declared.ts'

const PERMITTED = Object.keys(PERMISSIONS)
/** Ways in which a machine proves itself, and what anybody may ask. */
const MACHINES = ['public', 'directory', 'signature', 'metrics']

test('actions, routes and pages are found', () => {
  expect(ACTIONS.length).toBeGreaterThan(22)
  expect(ROUTES.length).toBeGreaterThan(6)
  expect(PAGES.length).toBeGreaterThan(19)
})

test.each(ACTIONS)('the action $name declares a permission', ({ allows }) => {
  expect(PERMITTED).toContain(allows)
})

test.each(ROUTES)('the route $file: $name declares who may call it', ({ allows }) => {
  expect([...PERMITTED, ...MACHINES]).toContain(allows)
})

test('an inline server function only hands over to a declared action', () => {
  const inline = SOURCES.flatMap(({ name, text }) =>
    [...text.matchAll(/^\s+'use server'\n\s*(.*)$/gm)].map((match) => `${name}: ${match[1]}`),
  )
  expect(inline.filter((line) => !/await \w+Action\(/.test(line))).toEqual([])
})

type Reliance =
  /** Whoever does not hold it is told that there is no such page. */
  | { permission: Permission }
  /** Everybody may open it; what it shows is cut to this by the queries that are given the viewer. */
  | { scope: string }

/** What each page relies on. A new page is a new line here. */
const RELIES_ON: Readonly<Record<string, Reliance>> = {
  'access/[tenant]/page.tsx': { permission: 'access.read' },
  'access/page.tsx': { permission: 'access.read' },
  'approvals/page.tsx': { scope: 'stages that the viewer may decide, and what they decided' },
  'approvals/together/page.tsx': { scope: 'stages that the viewer may decide themselves' },
  'audit/destinations/new/page.tsx': { permission: 'platform.manage' },
  'audit/destinations/page.tsx': { permission: 'platform.read' },
  'audit/page.tsx': { permission: 'audit.read' },
  'audit/reports/[report]/page.tsx': { permission: 'audit.read' },
  'audit/reports/page.tsx': { permission: 'audit.read' },
  'calendar/freezes/new/page.tsx': { permission: 'platform.manage' },
  'calendar/page.tsx': { permission: 'change.read' },
  'catalog/[id]/page.tsx': { permission: 'catalog.read' },
  'catalog/page.tsx': { permission: 'catalog.read' },
  'changes/(list)/page.tsx': { scope: 'the tenants that the viewer reads' },
  'changes/[number]/page.tsx': { scope: 'the tenants that the viewer reads' },
  'changes/[number]/runs/[n]/page.tsx': { scope: 'the tenants that the viewer reads' },
  'fleet/clusters/[name]/baseline/page.tsx': { permission: 'fleet.manage' },
  'fleet/clusters/[name]/page.tsx': { permission: 'fleet.read' },
  'fleet/clusters/new/page.tsx': { permission: 'fleet.manage' },
  'fleet/page.tsx': { permission: 'fleet.read' },
  'jobs/page.tsx': { permission: 'platform.read' },
  'page.tsx': { scope: 'what waits for the viewer, and the tenants that they read' },
  'policies/approvals/[id]/page.tsx': { permission: 'platform.manage' },
  'policies/entitlements/page.tsx': { permission: 'platform.manage' },
  'policies/page.tsx': { permission: 'platform.read' },
  'policies/sources/[kind]/page.tsx': { permission: 'platform.manage' },
  'policies/standards/[id]/page.tsx': { permission: 'platform.manage' },
  'services/(list)/page.tsx': { scope: 'the tenants that the viewer reads' },
  'services/[tenant]/[slug]/page.tsx': { scope: 'the tenants that the viewer reads' },
  'services/[tenant]/[slug]/retirement/new/page.tsx': {
    scope: 'the tenants in which the viewer may request a service',
  },
  'services/[tenant]/[slug]/rollback/new/page.tsx': {
    scope: 'the tenants in which the viewer may request a service',
  },
  'services/new/page.tsx': { scope: 'the tenants in which the viewer may request a service' },
  'settings/directories/[id]/ldap/page.tsx': { permission: 'platform.manage' },
  'settings/directories/page.tsx': { permission: 'platform.manage' },
  'settings/me/page.tsx': { scope: 'the viewer themselves' },
  'settings/notifications/page.tsx': { scope: 'the viewer themselves' },
  'settings/delegation/page.tsx': {
    scope: 'the viewer’s own delegations; everybody’s by platform.read',
  },
  'templates/[name]/page.tsx': { permission: 'platform.read' },
  'templates/page.tsx': { permission: 'platform.read' },
  'tenants/[slug]/chat/page.tsx': { permission: 'platform.read' },
  'tenants/[slug]/page.tsx': { permission: 'platform.read' },
  'tenants/[slug]/servicenow/page.tsx': { permission: 'platform.read' },
  'tenants/page.tsx': { permission: 'platform.read' },
  'waivers/page.tsx': { permission: 'waiver.read' },
  'why/page.tsx': { permission: 'service.read' },
}

test('every page is listed with what it relies on, and no page that is gone', () => {
  const pages = PAGES.map(({ name }) => name.replace('app/(portal)/', ''))
  expect(Object.keys(RELIES_ON).sort()).toEqual(pages.sort())
})

test.each(PAGES)('$name asks who is there, then for what it is listed with', ({ name, text }) => {
  const reliance = RELIES_ON[name.replace('app/(portal)/', '')]
  expect(text).toMatch(/await requireViewer\(\)/)
  const gates = [...text.matchAll(/if \(!may\(viewer, '([\w.]+)'\)\) notFound\(\)/g)]
  const asked = gates.map(([, permission]) => permission)
  expect(asked).toEqual(reliance && 'permission' in reliance ? [reliance.permission] : [])
})

test.each(PAGES)(
  'every query of $name is given the viewer, whose rows it then cuts to',
  ({ text }) => {
    const calls = [...text.matchAll(/\b\w+\(\s*platform\(\)(.{0,40})/gs)].map(([call]) => call)
    expect(calls.filter((call) => !/platform\(\),\s*viewer\b/.test(call))).toEqual([])
  },
)
