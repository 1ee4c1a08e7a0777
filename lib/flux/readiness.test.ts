import { describe, expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aFluxObject, aReadyKustomization, aReadySource, COMMIT } from './cases/a-status.ts'
import { recorded, recordedLines } from './cases/recordings.contract.ts'
import { commitOf, readKustomization, readSource } from './readiness.ts'
import type { FluxStatusWord } from './verdict.ts'

const OTHER = 'b19c'.repeat(10)
const LATER = new Date('2026-11-24T10:05:00Z')

const UNAUTHORIZED = 'failed to checkout: unable to clone: authentication required: Unauthorized'
const FAILING_SOURCE = aFluxObject('GitRepository', [
  ['Reconciling', 'True', 'ProgressingWithRetry'],
  ['Ready', 'False', 'GitOperationFailed', UNAUTHORIZED],
])
const WAITING = aFluxObject('Kustomization', [
  ['Ready', 'False', 'ArtifactFailed', 'Source artifact not found, retrying in 30s'],
])

test('an object that is not there is unknown, one without conditions is being reconciled', () => {
  expect(readKustomization(null)).toMatchObject({ status: 'unknown', ready: false, commit: null })
  expect(readSource(aFluxObject('GitRepository', [])).status).toBe('reconciling')
})

test('an object that no controller looked at for a minute is unknown, and that is ours', () => {
  const read = readKustomization(aFluxObject('Kustomization', []), { now: LATER })
  expect(read).toMatchObject({
    status: 'unknown',
    trouble: { code: 'not_looked_at', whose: 'ours' },
  })
})

test('deleting outranks suspended, suspended outranks stalled, stalled outranks failing', () => {
  const conditions = [
    ['Stalled', 'True', 'AccessDenied', "can't access"],
    ['Ready', 'False', 'AccessDenied', "can't access"],
  ] as const
  const read = (changes: object) =>
    readKustomization(
      aFluxObject(
        'Kustomization',
        conditions.map((entry) => [...entry]),
        changes,
      ),
    ).status
  expect(
    read({ metadata: { deletionTimestamp: '2026-11-24T11:00:00Z' }, spec: { suspend: true } }),
  ).toBe('deleting')
  expect(read({ spec: { suspend: true } })).toBe('suspended')
  expect(read({})).toBe('stalled')
})

test('only what is stalled stops for good', () => {
  const stalled = aFluxObject('Kustomization', [['Stalled', 'True', 'AccessDenied', 'blocked']])
  expect(readKustomization(stalled)).toMatchObject({ status: 'stalled', stops: true, ready: false })
  expect(readSource(FAILING_SOURCE)).toMatchObject({ status: 'failing_retrying', stops: false })
})

test('Ready at the pushed commit is ready, at another one behind, without one not ready at all', () => {
  const view = { expectedRevision: COMMIT }
  expect(readKustomization(aReadyKustomization(), view)).toMatchObject({
    status: 'ready',
    ready: true,
    commit: COMMIT,
  })
  expect(readKustomization(aReadyKustomization(OTHER), view)).toMatchObject({
    status: 'behind',
    ready: true,
    commit: OTHER,
  })
  const none = aReadyKustomization(COMMIT, { status: { lastAppliedRevision: undefined } })
  expect(readKustomization(none, view)).toMatchObject({
    status: 'behind',
    ready: false,
    commit: null,
  })
})

test('Ready with an old observed generation or an unhandled request is still being reconciled', () => {
  const old = aReadyKustomization(COMMIT, { metadata: { generation: 2 } })
  const first = aReadyKustomization(COMMIT, { status: { observedGeneration: -1 } })
  const annotations = { 'reconcile.fluxcd.io/requestedAt': 'token-2' }
  const asked = aReadyKustomization(COMMIT, {
    metadata: { annotations },
    status: { lastHandledReconcileAt: 'token-1' },
  })
  const answered = aReadyKustomization(COMMIT, {
    metadata: { annotations },
    status: { lastHandledReconcileAt: 'token-2' },
  })
  const unsaid = aReadyKustomization(COMMIT, { status: { observedGeneration: undefined } })
  for (const object of [old, first, asked, unsaid])
    expect(readKustomization(object).status).toBe('reconciling')
  expect(readKustomization(answered).status).toBe('ready')
})

test('Ready with nothing applied is ready, but', () => {
  const read = readKustomization(
    aReadyKustomization(COMMIT, { status: { inventory: { entries: [] } } }),
  )
  expect(read).toMatchObject({
    status: 'ready_but',
    ready: false,
    trouble: { code: 'nothing_applied', whose: 'yours' },
  })
})

test('waiting for the source is excused for a minute', () => {
  expect(readKustomization(WAITING, { now: new Date('2026-11-24T10:00:30Z') }).status).toBe(
    'reconciling',
  )
  expect(readKustomization(WAITING, { now: LATER }).status).toBe('failing_retrying')
})

test('a failing source shows on what depends on it, with its own cause', () => {
  const trouble = { code: 'source_authentication', whose: 'ours', detail: UNAUTHORIZED }
  expect(readKustomization(WAITING, { source: FAILING_SOURCE })).toMatchObject({
    status: 'source_failing',
    ready: false,
    trouble,
  })
  expect(readKustomization(aReadyKustomization(), { source: FAILING_SOURCE })).toMatchObject({
    status: 'source_failing',
    ready: true,
    commit: COMMIT,
    trouble,
  })
})

test('a failure of its own outranks one of the source', () => {
  const broken = aFluxObject('Kustomization', [
    ['Ready', 'False', 'BuildFailed', 'kustomize build failed'],
  ])
  expect(readKustomization(broken, { source: FAILING_SOURCE }).trouble.code).toBe('build_failed')
})

test('a source with a newer revision leaves it behind', () => {
  expect(readKustomization(aReadyKustomization(), { source: aReadySource(OTHER) })).toMatchObject({
    status: 'behind',
    ready: true,
  })
  expect(readKustomization(aReadyKustomization(), { source: aReadySource() }).status).toBe('ready')
})

test('a delivered commit counts even when the source has moved on since', () => {
  const view = { expectedRevision: COMMIT, source: aReadySource(OTHER) }
  expect(readKustomization(aReadyKustomization(), view).status).toBe('ready')
})

test('the commit is read from Git revisions only', () => {
  expect(commitOf(`main@sha1:${COMMIT}`)).toBe(COMMIT)
  expect(commitOf(`sha1:${COMMIT}`)).toBe(COMMIT)
  for (const other of [undefined, '', `1.0.0@sha256:${COMMIT}`, 'main@sha1:4f2a']) {
    expect(commitOf(other)).toBeNull()
  }
})

test('a missing right is ours where the tenant should have it, and theirs everywhere else', () => {
  const refused = (resource: string, where: string) =>
    readKustomization(
      aFluxObject('Kustomization', [
        [
          'Ready',
          'False',
          'ReconciliationFailed',
          `dry-run failed (Forbidden): ${resource} "x" is forbidden: User "system:serviceaccount:team-a:flux" cannot patch resource "${resource}" in API group "" ${where}`,
        ],
      ]),
    ).trouble
  expect(refused('configmaps', 'in the namespace "team-a"')).toMatchObject({
    code: 'rights_missing',
    whose: 'ours',
  })
  expect(refused('configmaps', 'in the namespace "kube-system"')).toMatchObject({
    code: 'forbidden',
    whose: 'yours',
  })
  expect(refused('configmaps', 'at the cluster scope')).toMatchObject({
    code: 'forbidden',
    whose: 'yours',
  })
  expect(refused('resourcequotas', 'in the namespace "team-a"')).toMatchObject({
    code: 'forbidden',
    whose: 'yours',
  })
})

type Line = { type: string; object?: KubernetesObject }

/** Status words of one kind in the order in which they appeared, repetitions left out. */
function wordsOf(sequence: string): FluxStatusWord[] {
  const lines = recordedLines<Line>(`sequences/${sequence}.jsonl`)
  const words = lines.flatMap(({ object }) =>
    object?.kind === 'Kustomization' ? [readKustomization(object).status] : [],
  )
  return words.filter((word, index) => word !== words[index - 1])
}

describe.skipIf(recorded('kustomization').length === 0)('recorded sequences of real Flux', () => {
  test.each<[string, FluxStatusWord[]]>([
    ['first-reconcile', ['reconciling', 'ready']],
    ['failing-commit-then-fix', ['reconciling', 'failing_retrying', 'reconciling', 'ready']],
    ['failing-health-check-then-fix', ['reconciling', 'failing_retrying', 'reconciling', 'ready']],
    ['path-emptied', ['reconciling', 'ready_but']],
  ])('%s never shows a state that was not so', (sequence, words) => {
    const seen = wordsOf(sequence)
    expect(seen.at(-1)).toBe(words.at(-1))
    expect(seen.filter((word) => !words.includes(word) && word !== 'ready')).toEqual([])
    if (sequence === 'first-reconcile') expect(seen).toEqual(words)
  })
})

test('a deletion that does not end is said, though Ready stays True', () => {
  const deleted = { metadata: { deletionTimestamp: '2026-11-24T10:00:00Z', generation: 2 } }
  const read = (now: string) =>
    readKustomization(aReadyKustomization(COMMIT, deleted), { now: new Date(now) })
  expect(read('2026-11-24T10:01:00Z').status).toBe('deleting')
  expect(read('2026-11-24T10:05:00Z')).toMatchObject({
    status: 'ready_but',
    ready: false,
    trouble: { code: 'deletion_stuck', whose: 'ours' },
  })
})

test('a reconcile that was asked for and never began is nobody looking, where it can be told when', () => {
  const key = 'reconcile.fluxcd.io/requestedAt'
  const read = (token: string, managedFields?: unknown) =>
    readKustomization(
      aReadyKustomization(COMMIT, { metadata: { annotations: { [key]: token }, managedFields } }),
      { now: LATER },
    )
  expect(read('token-1').status).toBe('reconciling')
  expect(read('2026-11-24T10:04:50Z').status).toBe('reconciling')
  expect(read('2026-11-24T10:00:50.123456789Z').trouble.code).toBe('not_looked_at')
  const fieldsV1 = { 'f:metadata': { 'f:annotations': { [`f:${key}`]: {} } } }
  const written = [{ manager: 'stairway-actions', time: '2026-11-24T10:01:00Z', fieldsV1 }]
  expect(read('token-1', written).trouble.code).toBe('not_looked_at')
})
