import { expect, test } from 'vitest'
import { causeOfFailure, causeOfStall, type Whose } from './cause.ts'
import { causeOfEvent } from './event-causes.ts'

const GIT = 'GitOperationFailed'
const APPLY = 'ReconciliationFailed'
const at = (kind: string) =>
  `failed to checkout and determine revision: unable to clone 'x': ${kind}`

/** A reason and a message as Flux or what it talks to would word them; beside what was recorded also what was not. */
const FAILURES: [string, string, string, Whose][] = [
  ['AuthenticationFailed', 'secrets "flux-git-auth" not found', 'source_secret', 'ours'],
  [GIT, at('authentication required: invalid token'), 'source_authentication', 'ours'],
  [GIT, at('ssh: handshake failed: ssh: unable to authenticate'), 'source_authentication', 'ours'],
  [GIT, at('ssh: handshake failed: knownhosts: key mismatch'), 'source_host_key', 'ours'],
  [GIT, at('x509: certificate signed by unknown authority'), 'source_tls', 'ours'],
  [
    GIT,
    at('dial tcp: lookup git.bank on 10.0.0.1:53: no such host'),
    'source_host_unknown',
    'ours',
  ],
  [GIT, at('remote repository is empty'), 'source_not_found', 'yours'],
  [GIT, 'semver parse error: improper constraint: "two"', 'source_specification', 'yours'],
  [GIT, at('context deadline exceeded'), 'source_unreachable', 'heals_itself'],
  [GIT, at('status code: 502'), 'source_unreachable', 'heals_itself'],
  [GIT, at('status code: 429'), 'source_rate_limited', 'heals_itself'],
  ['BucketOperationFailed', "of 'b' bucket: Access Denied.", 'source_authentication', 'ours'],
  ['BucketOperationFailed', 'The specified bucket does not exist', 'source_not_found', 'yours'],
  ['OCIArtifactPullFailed', 'GET x: DENIED: requested access', 'source_authentication', 'ours'],
  ['OCIArtifactPullFailed', 'GET x: NAME_UNKNOWN: repository name', 'source_not_found', 'yours'],
  ['OCIArtifactPullFailed', 'GET x: TOOMANYREQUESTS: wait', 'source_rate_limited', 'heals_itself'],
  [
    'Failed',
    'failed to fetch https://x/index.yaml : 401 Unauthorized',
    'source_authentication',
    'ours',
  ],
  ['Failed', 'dial tcp 10.0.0.9:443: i/o timeout', 'source_unreachable', 'heals_itself'],
  ['StorageOperationFailed', 'no space left on device', 'source_storage', 'another_team'],
  ['VerificationError', 'cannot verify', 'commit_verification', 'yours'],
  ['ArtifactFailed', 'kustomization path not found: stat x', 'path_not_found', 'yours'],
  [
    'ArtifactFailed',
    'Source artifact not found, retrying in 30s',
    'source_waiting',
    'heals_itself',
  ],
  ['BuildFailed', 'kustomize build failed: yaml: line 3', 'build_failed', 'yours'],
  ['BuildFailed', 'secrets "sops-age" not found', 'decryption', 'yours'],
  ['AccessDenied', "can't access 'GitRepository/b/x'", 'access_denied', 'yours'],
  [APPLY, 'Internal error: failed calling webhook "x"', 'admission_unavailable', 'another_team'],
  [APPLY, 'admission webhook "deny.x" denied the request: no', 'admission_refused', 'yours'],
  [
    APPLY,
    'unable to create content in a because it is being terminated',
    'namespace_terminating',
    'ours',
  ],
  [APPLY, 'Apply failed with 1 conflict: conflict with "helm"', 'field_conflict', 'yours'],
  [APPLY, 'etcdserver: request timed out', 'cluster_unavailable', 'heals_itself'],
  [
    APPLY,
    'Get "https://10.0.0.1": context deadline exceeded',
    'cluster_unavailable',
    'heals_itself',
  ],
  ['HealthCheckCanceled', 'New reconciliation triggered', 'health_check_cancelled', 'heals_itself'],
  ['PruneFailed', 'delete failed', 'pruning', 'ours'],
  ['UpgradeFailed', 'timeout waiting for: [Deployment/a/b]', 'health_check', 'yours'],
  ['TestFailed', 'Helm test failed', 'release_test', 'yours'],
  ['ChartPullError', 'no such thing', 'source_unreachable', 'heals_itself'],
  ['SomethingNew', 'words nobody has seen', 'failing', 'yours'],
]

test.each(FAILURES)('%s: %s', (reason, message, code, whose) => {
  expect(causeOfFailure(reason, message)).toMatchObject({ code, whose })
  expect(causeOfFailure(reason, message).nextStep).not.toBe('')
})

test('what is stalled for a reason nobody knows waits for another specification', () => {
  expect(causeOfStall('SomethingNew', 'x').code).toBe('stalled')
  expect(causeOfStall('AccessDenied', 'x').code).toBe('access_denied')
})

const event = (severity: string, kind: string, reason: string, message = '') =>
  causeOfEvent({ severity, kind, reason, message })?.code ?? null

test('an event is judged by its severity, also where its reason is that of the last success', () => {
  expect(event('Normal', 'Kustomization', 'ReconciliationSucceeded')).toBeNull()
  expect(event('info', 'GitRepository', 'GitOperationFailed')).toBeNull()
  const stuck = 'pruning for deleted resource failed'
  expect(event('error', 'Kustomization', 'ReconciliationSucceeded', stuck)).toBe('deletion_stuck')
  const orphaned = 'unable to prune objects: \nserviceaccounts "flux" not found'
  expect(event('error', 'Kustomization', 'ReconciliationSucceeded', orphaned)).toBe('orphaned')
})

test('why pods do not come or do not live is told by their own events', () => {
  expect(event('Warning', 'ReplicaSet', 'FailedCreate', 'violates PodSecurity "x"')).toBe(
    'pods_refused_security',
  )
  expect(event('Warning', 'ReplicaSet', 'FailedCreate', 'exceeded quota: q')).toBe('quota_exceeded')
  expect(event('Warning', 'Pod', 'FailedScheduling', '0/2 nodes')).toBe('unschedulable')
  expect(event('Warning', 'Pod', 'BackOff', 'Back-off pulling image "x"')).toBe('image_pull')
  expect(event('Warning', 'Pod', 'BackOff', 'restarting failed container')).toBe('crash_loop')
  expect(event('Warning', 'Pod', 'Unhealthy', 'Readiness probe failed')).toBe('probe_failing')
  expect(event('Warning', 'Pod', 'FailedMount', 'configmap "x" not found')).toBe('volume')
  expect(event('Warning', 'Alert', 'NotificationDispatchFailed')).toBe('notification_lost')
})
