import { expect, test } from 'vitest'
import type { KubernetesObject } from '#lib/kubernetes-object.ts'
import { aFluxObject } from './cases/a-status.ts'
import { readFeedback } from './feedback.ts'
import { readHelmRelease } from './helm-release.ts'
import { readSource } from './readiness.ts'

type Conditions = Parameters<typeof aFluxObject>[1]
const LATER = new Date('2026-11-24T10:05:00Z')

/** A HelmRelease in the shape in which a cluster reports it. */
function aRelease(
  conditions: Conditions,
  changes: Parameters<typeof aFluxObject>[2] = {},
): KubernetesObject {
  return { ...aFluxObject('Kustomization', conditions, changes), kind: 'HelmRelease' }
}
const code = (object: KubernetesObject, view = {}) => {
  const { status, trouble } = readHelmRelease(object, view)
  return `${status} ${trouble.code}`
}

test('a release is Ready when its last action went well and nothing drifted', () => {
  const released = ['Ready', 'True', 'UpgradeSucceeded', 'Helm upgrade succeeded'] as const
  expect(code(aRelease([[...released]]))).toBe('ready ready')
  const drift: Conditions = [
    [...released],
    ['Drifted', 'True', 'DriftDetected', 'ConfigMap changed'],
  ]
  expect(readHelmRelease(aRelease(drift)).trouble.whose).toBe('yours')
  const mended = aRelease(drift, { spec: { driftDetection: { mode: 'enabled' } } })
  expect(readHelmRelease(mended)).toMatchObject({
    status: 'ready_but',
    ready: false,
    trouble: { code: 'drift', whose: 'heals_itself' },
  })
})

test('when the attempts are used up the cause is that of the last one, and it stops', () => {
  const exhausted = aRelease([
    ['Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'],
    [
      'Ready',
      'False',
      'UpgradeFailed',
      "timeout waiting for: [Deployment/a/b status: 'InProgress']",
    ],
  ])
  expect(readHelmRelease(exhausted)).toMatchObject({
    status: 'stalled',
    stops: true,
    trouble: {
      code: 'health_check',
      detail: expect.stringContaining('after 1 attempt(s): timeout'),
    },
  })
})

test('a rollback that went well is told as one, with why the upgrade did not', () => {
  const back = aRelease([
    ['Stalled', 'True', 'RetriesExceeded', 'Failed to upgrade after 1 attempt(s)'],
    ['Ready', 'False', 'RollbackSucceeded', 'Helm rollback succeeded'],
    ['Released', 'False', 'UpgradeFailed', 'Helm upgrade failed: timeout waiting for: [x]'],
    ['Remediated', 'True', 'RollbackSucceeded', 'Helm rollback succeeded'],
  ])
  expect(readHelmRelease(back)).toMatchObject({
    status: 'stalled',
    trouble: { code: 'rolled_back', detail: expect.stringContaining('upgrade failed') },
  })
  const gone = aRelease([
    ['Ready', 'False', 'UninstallSucceeded', 'Helm uninstall succeeded'],
    ['Released', 'False', 'InstallFailed', 'x'],
    ['Remediated', 'True', 'UninstallSucceeded', 'Helm uninstall succeeded'],
  ])
  expect(code(gone)).toBe('failing uninstalled')
})

test('a failure of the chart shows as one of the source, with the source’s own words where they are known', () => {
  const waiting = aRelease([
    ['Reconciling', 'True', 'Progressing'],
    ['Ready', 'False', 'SourceNotReady', "HelmChart 'a/b' is not ready"],
  ])
  const chart = {
    ...aFluxObject('GitRepository', [
      ['Stalled', 'True', 'InvalidChartReference', 'invalid chart reference: no chart name found'],
      ['Ready', 'False', 'InvalidChartReference', 'invalid chart reference: no chart name found'],
    ]),
    kind: 'HelmChart',
  }
  expect(code(waiting)).toBe('reconciling source_waiting')
  expect(code(waiting, { now: LATER })).toBe('failing_retrying source_waiting')
  expect(code(waiting, { source: chart })).toBe('source_failing chart_not_found')
})

test('a HelmRepository of type oci has no status and needs none; another without one is not Ready', () => {
  const bare = { ...aFluxObject('GitRepository', []), kind: 'HelmRepository', status: undefined }
  expect(readSource({ ...bare, spec: { type: 'oci' } }).status).toBe('ready')
  expect(readSource({ ...bare, spec: { type: 'default' } }).status).toBe('reconciling')
})

test('a Receiver that would refuse every call, and an Alert without Provider, are not well', () => {
  const receiver = (resource: object) => ({
    ...aFluxObject('Kustomization', [['Ready', 'True', 'Succeeded']], {
      spec: { resources: [resource] },
    }),
    kind: 'Receiver',
  })
  const present = new Set(['GitRepository/x'])
  const read = (resource: object) => readFeedback(receiver(resource), { present }).trouble.code
  expect(read({ kind: 'GitRepository', name: 'x' })).toBe('ready')
  expect(read({ kind: 'GitRepository', name: 'y' })).toBe('receiver_target_missing')
  expect(read({ kind: 'GitRepository', name: 'x', namespace: 'b' })).toBe(
    'receiver_cross_namespace',
  )
  const alert = {
    ...aFluxObject('Kustomization', [], { spec: { providerRef: { name: 'stairway' } } }),
    kind: 'Alert',
  }
  expect(readFeedback(alert, { present })).toMatchObject({
    status: 'failing',
    trouble: { code: 'provider_missing', whose: 'ours' },
  })
  expect(readFeedback(alert).status).toBe('ready')
})
