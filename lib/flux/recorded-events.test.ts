import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { recorded, recordedLines } from './cases/recordings.contract.ts'
import { FluxEvent } from './event.ts'
import { causeOfEvent } from './event-causes.ts'
import { explained } from './evidence.ts'
import { readKustomization } from './readiness.ts'

type Listed = KubernetesObject & {
  type: string
  reason: string
  message: string
  involvedObject: { kind: string; name: string }
}

const LISTS = recorded<Listed[] | { items: Listed[] }>('events').map(([name, list]) => ({
  name,
  events: Array.isArray(list) ? list : list.items,
}))

/** What the warnings of each recording tell. */
const WARNINGS: Record<string, string[]> = {
  'helmrelease-drift-corrected': ['drift'],
  'helmrelease-drift-detected': ['drift'],
  'kustomization-delete-without-rolebinding': ['deletion_stuck'],
  'notification-dispatch-failed': ['notification_lost'],
  'pod-unschedulable': ['health_check', 'unschedulable'],
  'replicaset-limitrange': ['pods_refused_limits'],
  'replicaset-pod-security': ['pods_refused_security'],
  'source-warnings': [
    'source_authentication',
    'source_content',
    'source_host_unknown',
    'source_not_found',
    'source_rate_limited',
    'source_secret',
    'source_specification',
    'source_tls',
    'source_unreachable',
  ],
}

describe.skipIf(LISTS.length === 0)('recorded Events of real clusters', () => {
  test.each(LISTS)('$name tells what is the matter', ({ name, events }) => {
    const codes = events.flatMap(({ type: severity, reason, message, involvedObject }) => {
      const told = causeOfEvent({ severity, reason, message, kind: involvedObject.kind })
      return told ? [told.code] : []
    })
    const known = WARNINGS[name] ?? []
    for (const code of codes) expect(known).toContain(code)
    if (name !== 'source-warnings') expect([...new Set(codes)].sort()).toEqual(known)
  })

  test.each([
    ['limitrange-pods-refused', 'replicaset-limitrange', 'pods_refused_limits'],
    ['pod-security-deployment', 'replicaset-pod-security', 'pods_refused_security'],
    ['health-check-timeout', 'pod-unschedulable', 'unschedulable'],
  ])('%s is explained by %s', (object, list, code) => {
    const found = recorded<KubernetesObject>('kustomization').find(([name]) => name === object)?.[1]
    const events = LISTS.find(({ name }) => name === list)?.events ?? []
    if (!found) throw new Error(`no recording ${object}`)
    const verdict = explained(readKustomization(found), found, events)
    expect(verdict).toMatchObject({ status: 'failing_retrying', trouble: { code, whose: 'yours' } })
  })
})

const SENT = recordedLines<{ body?: string }>('http/all-in-order.jsonl').flatMap(({ body }) =>
  body ? [FluxEvent.parse(JSON.parse(body))] : [],
)
const BY_NAME: Record<string, string | null> = {
  'failure-build': 'build_failed',
  'failure-health-check': 'health_check',
}
const CASES = recorded<{ body?: string } | { body?: string }[]>('http/generic-hmac').flatMap(
  ([name, entry]) =>
    name === 'helmrelease-life'
      ? []
      : [entry].flat().flatMap(({ body }) => (body ? [{ name, body }] : [])),
)

describe.skipIf(CASES.length === 0)('recorded deliveries of notification-controller', () => {
  test.each(CASES)('$name', ({ name, body }) => {
    const { involvedObject, ...event } = FluxEvent.parse(JSON.parse(body))
    const told = causeOfEvent({ ...event, kind: involvedObject.kind })
    expect(told?.code ?? null).toBe(BY_NAME[name] ?? null)
  })

  test('of the life of a HelmRelease, each error has a known cause', () => {
    const life = recorded<{ body?: string }[]>('http/generic-hmac').find(
      ([name]) => name === 'helmrelease-life',
    )?.[1]
    const codes = (life ?? []).flatMap(({ body }) => {
      if (!body) return []
      const { involvedObject, ...event } = FluxEvent.parse(JSON.parse(body))
      return causeOfEvent({ ...event, kind: involvedObject.kind })?.code ?? []
    })
    expect([...new Set(codes)].sort()).toEqual(['drift', 'health_check'])
  })

  test('of everything that was sent in order, each error has a known cause', () => {
    for (const { involvedObject, ...event } of SENT) {
      const told = causeOfEvent({ ...event, kind: involvedObject.kind })
      expect(told === null).toBe(event.severity !== 'error')
      expect(told?.code).not.toBe('failing')
    }
  })
})
