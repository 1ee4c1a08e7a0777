import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { APPLIERS, appliedBy, applierFor, applierOf } from './applier.ts'
import { aFluxObject } from './cases/a-status.ts'
import { endingOf } from './release/order.ts'

const COMMIT = 'a1b2c3d4e5f6'.padEnd(40, '0')
const NEWER = 'ffffffffffff'.padEnd(40, '1')

const release = (version: string, status = 'deployed'): KubernetesObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'ledger-api', namespace: 'pay', generation: 1 },
  spec: {},
  status: {
    observedGeneration: 1,
    conditions: [
      { type: 'Ready', status: 'True', reason: 'UpgradeSucceeded', observedGeneration: 1 },
    ],
    history: [{ chartVersion: version, status }],
  },
})

const fetched = (commit: string) =>
  aFluxObject('GitRepository', [['Ready', 'True', 'Succeeded', 'stored']], {
    status: { artifact: { revision: `main@sha1:${commit}` } },
  })

const { read, revision } = APPLIERS.HelmRelease

test('a release is Ready at the commit that its chart was packed from', () => {
  const object = release(`0.1.0+${COMMIT.slice(0, 12)}`)
  const verdict = read(object, { source: fetched(COMMIT) })
  expect(verdict).toMatchObject({ status: 'ready', ready: true, commit: COMMIT })
  expect(revision(object, verdict)).toBe(`sha1:${COMMIT}`)
  expect(read(object, { source: fetched(COMMIT), expectedRevision: COMMIT }).status).toBe('ready')
})

test('a release of an older chart is behind, and does not pretend to be at the newest commit', () => {
  const object = release(`0.1.0+${COMMIT.slice(0, 12)}`)
  for (const view of [
    { source: fetched(NEWER) },
    { source: fetched(COMMIT), expectedRevision: NEWER },
    { expectedRevision: NEWER },
  ])
    expect(read(object, view).status).toBe('behind')
  expect(read(object, { source: fetched(NEWER) }).commit).toBeNull()
})

test('what failed is not what runs, and a chart that is not of a commit names none', () => {
  for (const object of [release('0.1.0'), release(`0.1.0+${COMMIT.slice(0, 12)}`, 'failed')]) {
    const verdict = read(object, { source: fetched(COMMIT), expectedRevision: COMMIT })
    expect(verdict).toMatchObject({ status: 'behind', ready: false, commit: null })
    expect(revision(object, verdict)).toBeNull()
  }
})

test('the applier is chosen by the record, and told by the labels that it sets', () => {
  expect(applierFor('helm').kind).toBe('HelmRelease')
  expect(applierFor(undefined).kind).toBe('Kustomization')
  expect(applierOf('HelmRelease')).toBe(APPLIERS.HelmRelease)
  expect(applierOf(null)).toBe(APPLIERS.Kustomization)
  const home = { namespace: 'pay', service: 'ledger-api' }
  for (const applier of Object.values(APPLIERS)) {
    const labels = {
      [`${applier.group}/name`]: 'ledger-api',
      [`${applier.group}/namespace`]: 'pay',
    }
    expect(appliedBy(labels, home)).toBe(applier)
    expect(appliedBy(labels, { ...home, namespace: 'other' })).toBeUndefined()
  }
})

test('a release that is to be left running is suspended as it goes; else it is uninstalled', () => {
  expect(endingOf('orphan', release('0.1.0'))).toEqual({ suspend: true })
  expect(endingOf('prune', release('0.1.0'))).toEqual({ suspend: false })
})
