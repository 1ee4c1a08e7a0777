import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aReadyKustomization } from './cases/a-status.ts'
import { type Inspected, inspect, withFindings } from './inspection.ts'
import { referencesOf } from './manifest-findings.ts'
import { readKustomization } from './readiness.ts'

const NAMESPACE = 'pay-ledger-api-dev'
const OWNED = {
  'kustomize.toolkit.fluxcd.io/name': 'ledger-api',
  'kustomize.toolkit.fluxcd.io/namespace': NAMESPACE,
}
const id = (kind: string, name = 'ledger-api', group = '') => ({
  id: `${NAMESPACE}_${name}_${group}_${kind}`,
  v: 'v1',
})
const BOTH = [id('Deployment', 'ledger-api', 'apps'), id('ConfigMap')]

function applied(entries: object[], spec: object = {}): KubernetesObject {
  return aReadyKustomization(undefined, {
    spec: { postBuild: { substitute: { A: 'b' } }, ...spec },
    status: { inventory: { entries } },
  })
}

function object(kind: string, rest: object, metadata: object = {}): KubernetesObject {
  return {
    apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
    kind,
    metadata: {
      name: 'ledger-api',
      namespace: NAMESPACE,
      labels: OWNED,
      creationTimestamp: '2026-11-24T09:59:00Z',
      ...metadata,
    },
    ...rest,
  }
}

function look(changes: Partial<Inspected>): string[] {
  const view = {
    kustomization: applied(BOTH),
    before: null,
    objects: [],
    files: [],
    ...changes,
  }
  return inspect(view).findings.map(({ code, detail }) => `${code}: ${detail}`)
}

test('nothing is wrong with what stands as it was promised', () => {
  const deployment = object('Deployment', { spec: { replicas: 1 } })
  expect(look({ objects: [deployment, object('ConfigMap', { data: { a: 'b' } })] })).toEqual([])
})

test('everything that ran is gone: said until something runs again, whatever is pushed meanwhile', () => {
  const first = inspect({ kustomization: applied(BOTH), before: null, objects: [], files: [] })
  expect(first.promised).toEqual([`Deployment ${NAMESPACE}/ledger-api`])
  const emptied = applied([id('ConfigMap')])
  const then = inspect({ kustomization: emptied, before: first, objects: [], files: [] })
  expect(then.findings[0]).toMatchObject({ code: 'workloads_pruned', whose: 'yours' })
  const later = inspect({ kustomization: emptied, before: then, objects: [], files: [] })
  expect(later.findings[0]?.detail).toContain(`Deployment ${NAMESPACE}/ledger-api was pruned`)
  const again = inspect({ kustomization: applied(BOTH), before: later, objects: [], files: [] })
  expect(again.findings).toEqual([])
})

test('an emptied overlay keeps its own word and learns what went', () => {
  const nothing = applied([])
  const { findings } = inspect({
    kustomization: nothing,
    before: { promised: ['Deployment a/b'] },
    objects: null,
    files: [{ path: 'deploy/kustomization.yaml', content: 'resource:\n  - deployment.yaml\n' }],
  })
  expect(withFindings(readKustomization(nothing), findings)).toMatchObject({
    status: 'ready_but',
    trouble: {
      code: 'nothing_applied',
      detail: expect.stringMatching(/Deployment a\/b was pruned.*says `resource:`/),
    },
  })
})

test('a word that kustomize does not know is named with the one that was meant', () => {
  const [finding] = inspect({
    kustomization: applied(BOTH),
    before: null,
    objects: null,
    files: [{ path: 'deploy/overlays/dev/kustomization.yaml', content: 'resource: []\n' }],
  }).findings
  expect(finding).toMatchObject({
    code: 'kustomization_misspelt',
    nextStep: 'Write `resources:` in deploy/overlays/dev/kustomization.yaml and push.',
  })
})

/** As it would stand in Git, kept from being a template of ours. */
const VARIABLE = ['$', '{CLUSTER_NAME}'].join('')

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger-api}
spec:
  replica: 2
  paused: false
  template:
    spec:
      containers:
        - name: app
          image: a
          resource: {limits: {cpu: 1}}
        - {name: taken-out-by-the-overlay, image: b}
`
const LIVE = object('Deployment', {
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'app', image: 'c' }] } } },
})

test('fields that Kubernetes dropped are named by file and path', () => {
  const files = [{ path: 'deploy/base/deployment.yaml', content: DEPLOYMENT }]
  expect(look({ objects: [LIVE], files })).toEqual([
    'fields_dropped: deploy/base/deployment.yaml: Deployment ledger-api has `spec.replica`, `spec.template.spec.containers[app].resource`, which Kubernetes does not know and dropped without a word',
  ])
  const patch = { path: 'deploy/kustomization.yaml', content: 'patches: [{patch: "op: remove"}]' }
  expect(look({ objects: [LIVE], files: [...files, patch] })).toEqual([])
  expect(look({ objects: [], files })).toEqual([])
})

test('ciphertext is seen in what stands, and in Git where a Secret, which is never read, would hold it', () => {
  const map = object('ConfigMap', { data: { password: 'ENC[AES256_GCM,data:x,iv:y]' } })
  expect(look({ objects: [map] })[0]).toContain('ciphertext_applied: ConfigMap')
  const file = {
    path: 'deploy/base/secret.yaml',
    content: 'kind: Secret\nmetadata: {name: db}\nstringData: {p: x}\nsops: {mac: y}\n',
  }
  expect(look({ files: [file] })[0]).toContain('deploy/base/secret.yaml: Secret db is encrypted')
  const decrypts = applied(BOTH, { decryption: { provider: 'sops' } })
  expect(look({ kustomization: decrypts, files: [file] })).toEqual([])
})

test('a variable that nobody replaces is seen, one that is meant literally is not', () => {
  const map = (text: string, metadata = {}) =>
    object('ConfigMap', { data: { cluster: text } }, metadata)
  const without = applied(BOTH, { postBuild: undefined })
  const at = (kustomization: KubernetesObject, ...objects: KubernetesObject[]) =>
    look({ kustomization, objects })
  expect(at(without, map(VARIABLE))[0]).toContain('variable_not_replaced: ConfigMap')
  expect(at(applied(BOTH), map(VARIABLE))).toEqual([])
  expect(at(without, map(`#!/bin/sh\necho ${VARIABLE}`))).toEqual([])
  const off = { annotations: { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' } }
  expect(at(without, map(VARIABLE, off))).toEqual([])
  const from = applied(BOTH, {
    postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'flux-runtime-info' }] },
  })
  const info = object('ConfigMap', { data: { A: 'b' } }, { name: 'flux-runtime-info', labels: {} })
  expect(at(from, map(VARIABLE), info)).toEqual([])
  expect(at(from, map(VARIABLE))[0]).toContain('variable_not_replaced')
})

test('what a half-failed apply left outside the inventory is named; what is young, kept or another’s is not', () => {
  const left = (metadata: object) => look({ objects: [object('ConfigMap', {}, metadata)] })
  expect(left({ name: 'early' })[0]).toContain(`ConfigMap ${NAMESPACE}/early is left over`)
  expect(left({ name: 'young', creationTimestamp: '2026-11-24T10:00:05Z' })).toEqual([])
  expect(left({ name: 'other', labels: {} })).toEqual([])
  expect(left({ name: 'going', deletionTimestamp: '2026-11-24T10:00:05Z' })).toEqual([])
  const kept = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }
  expect(left({ name: 'kept', annotations: kept })).toEqual([])
})

test('what a folder builds from is read as kustomize reads it, less what is elsewhere', () => {
  expect(referencesOf('resources: [../../base, a.yaml, "https://x/y.yaml", 7]')).toEqual([
    '../../base',
    'a.yaml',
  ])
  expect(referencesOf('resources: {a: b}')).toEqual([])
  for (const broken of [': [', '*unknown', 'a: &a [*a]']) expect(referencesOf(broken)).toEqual([])
  const remote = { path: 'kustomization.yaml', content: 'resources: ["https://x/y.yaml"]' }
  expect(look({ files: [remote] })[0]).toContain('remote_file')
})

test('whatever stands and whatever the files hold, an inspection answers', () => {
  const things = fc.array(fc.oneof(fc.anything(), fc.record({ kind: fc.string() })))
  fc.assert(
    fc.property(fc.anything(), fc.string(), things, (data, content, more) => {
      const { findings } = inspect({
        kustomization: applied(BOTH, { postBuild: data }),
        before: { promised: [] },
        objects: [object('ConfigMap', { data }), object('Deployment', { spec: more })],
        files: [{ path: 'a/kustomization.yaml', content }],
      })
      for (const finding of findings) expect(finding.nextStep).not.toBe('')
    }),
  )
})
