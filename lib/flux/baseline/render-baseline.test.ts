import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { FIELD_MANAGER, LABELS, NAMES, SOURCES } from '../names.ts'
import { renderBaseline, renderHubRights } from './render-baseline.ts'

const golden = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../golden', name), 'utf8')

test('what an administrator applies is, byte for byte, what was tried on a real API server', () => {
  expect(renderHubRights().text).toBe(golden('hub-rights.yaml'))
  expect(renderBaseline().text).toBe(golden('cluster-baseline.yaml'))
})

test('the text is the objects, one document each', () => {
  for (const { text, objects } of [renderHubRights(), renderBaseline()])
    expect(parseAllDocuments(text).map((document) => document.toJS())).toEqual(objects)
})

test('the policies speak of the labels, names and annotations that the tenant set carries', () => {
  const { text } = renderBaseline()
  for (const word of [LABELS.managedBy, LABELS.role, FIELD_MANAGER, SOURCES, NAMES.serviceAccount])
    expect(text).toContain(word)
})

test('the hub may bind three roles, never impersonate, escalate or update, and reads no Secret on the whole cluster', () => {
  const roles = renderHubRights().objects.filter((object) => object.kind === 'ClusterRole')
  const [hub, tenant] = roles.map(
    (role) => role.rules as { resources: string[]; verbs: string[]; resourceNames?: string[] }[],
  )
  const verbs = new Set([...(hub ?? []), ...(tenant ?? [])].flatMap((rule) => rule.verbs))
  expect([...verbs].sort()).toEqual(['bind', 'create', 'delete', 'get', 'list', 'patch', 'watch'])
  expect(hub?.find((rule) => rule.verbs.includes('bind'))?.resourceNames).toEqual([
    NAMES.tenantRole,
    NAMES.hubRole,
    'view',
  ])
  expect(hub?.flatMap((rule) => rule.resources)).not.toContain('secrets')
})
