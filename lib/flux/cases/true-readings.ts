import type { Whose } from '../cause.ts'
import type { FluxStatusWord } from '../verdict.ts'

/** What an object is in truth: status word, cause, and whose move it is. */
export type Truth = readonly [status: FluxStatusWord, code: string, whose: Whose]

const READY: Truth = ['ready', 'ready', 'heals_itself']
const BUSY: Truth = ['reconciling', 'reconciling', 'heals_itself']
const HELD: Truth = ['suspended', 'suspended', 'another_team']
const GOING: Truth = ['deleting', 'deleting', 'heals_itself']
const STUCK: Truth = ['ready_but', 'deletion_stuck', 'ours']
const retrying = (code: string, whose: Whose = 'yours'): Truth => ['failing_retrying', code, whose]
const failing = (code: string, whose: Whose = 'yours'): Truth => ['failing', code, whose]
const stalled = (code: string, whose: Whose = 'yours'): Truth => ['stalled', code, whose]
const waiting = (code: string, whose: Whose = 'heals_itself'): Truth => ['reconciling', code, whose]
const readyBut = (code: string, whose: Whose = 'yours'): Truth => ['ready_but', code, whose]
const sourceFails = (code: string, whose: Whose = 'yours'): Truth => ['source_failing', code, whose]

const TRUST: Record<string, Truth> = {
  'tls-wrong': retrying('source_tls', 'ours'),
  'server-down': retrying('source_unreachable', 'heals_itself'),
  'secret-missing': retrying('source_secret', 'ours'),
  'secret-incomplete': retrying('source_secret', 'ours'),
  'verification-failed-unsigned': retrying('commit_verification'),
  'verification-failed-wrong-key': retrying('commit_verification'),
}

/** Sources by what was done to them: the name of a recording, and of every case of ours made after it. */
export const SOURCES: Record<string, Record<string, Truth>> = {
  gitrepository: {
    ...TRUST,
    'authentication-failed': retrying('source_authentication', 'ours'),
    'authentication-required': retrying('source_authentication', 'ours'),
    'authentication-secret-incomplete': retrying('source_authentication', 'ours'),
    'authentication-secret-missing': retrying('source_secret', 'ours'),
    'authorization-refused-403': retrying('source_authentication', 'ours'),
    'branch-not-found': retrying('source_not_found'),
    'commit-not-found': retrying('source_not_found'),
    'host-unknown': retrying('source_host_unknown', 'ours'),
    'include-not-ready': retrying('source_content'),
    'new-no-status': BUSY,
    'progressing-first': BUSY,
    'progressing-new-revision': BUSY,
    'rate-limited-429': retrying('source_rate_limited', 'heals_itself'),
    'ready-requested-not-handled': BUSY,
    'repository-not-found': retrying('source_not_found'),
    'semver-no-match': retrying('source_not_found'),
    'server-error-503': retrying('source_unreachable', 'heals_itself'),
    'sparse-path-missing': retrying('source_content'),
    'ssh-unreachable': retrying('source_secret', 'ours'),
    suspended: HELD,
    'tag-not-found': retrying('source_not_found'),
    timeout: retrying('source_unreachable', 'heals_itself'),
  },
  bucket: {
    ...TRUST,
    'bad-access-key': retrying('source_authentication', 'ours'),
    'bad-secret-key': retrying('source_authentication', 'ours'),
    'bucket-missing': retrying('source_not_found'),
    'ready-empty-prefix': readyBut('source_empty'),
    suspended: HELD,
  },
  ocirepository: {
    ...TRUST,
    'authentication-failed': retrying('source_authentication', 'ours'),
    'authentication-other-host': retrying('source_authentication', 'ours'),
    'digest-missing': retrying('source_not_found'),
    'layer-missing': retrying('source_content'),
    'repository-missing': retrying('source_not_found'),
    'semver-none': retrying('source_not_found'),
    suspended: HELD,
    'tag-missing': retrying('source_not_found'),
  },
  helmrepository: {
    ...TRUST,
    'index-invalid': retrying('index_invalid'),
    'index-not-found': retrying('source_not_found'),
    'oci-static': READY,
  },
  helmchart: {
    'chart-not-found': stalled('chart_not_found'),
    'source-missing': waiting('source_missing', 'ours'),
    'version-not-found': stalled('chart_not_found'),
  },
}

/** Everything else that reports: `ready…` that is not named here is Ready. */
export const APPLIERS: Record<string, Record<string, Truth>> = {
  kustomization: {
    'admission-refused-applier': retrying('admission_refused'),
    'admission-refused-prime': retrying('platform_object'),
    'build-failed-after-success': retrying('build_failed'),
    'build-failed-bad-yaml': retrying('build_failed'),
    'build-failed-duplicate': retrying('build_failed'),
    'build-failed-missing-file': retrying('build_failed'),
    'build-failed-outside': retrying('build_failed'),
    'build-failed-patch-no-target': retrying('build_failed'),
    'decryption-failed-no-key': retrying('decryption'),
    'decryption-secret-missing': retrying('decryption'),
    deleting: GOING,
    'deleting-stuck-no-rights': STUCK,
    'deleting-stuck-policy-refuses-finalizer': STUCK,
    'deleting-stuck-unknown-shard': STUCK,
    'deleting-waiting-for-termination': GOING,
    'dependency-cross-namespace': waiting('dependency'),
    'dependency-cycle-a': waiting('dependency'),
    'dependency-expression': failing('dependency_expression'),
    'dependency-expression-invalid': stalled('dependency_expression'),
    'dependency-missing': waiting('dependency_missing', 'yours'),
    'dependency-not-ready': waiting('dependency'),
    'forbidden-clusterrole': retrying('forbidden'),
    'forbidden-default-account': retrying('service_account_unnamed', 'ours'),
    'forbidden-networkpolicy': retrying('forbidden'),
    'forbidden-no-namespace': retrying('forbidden'),
    'forbidden-no-rights': retrying('rights_missing', 'ours'),
    'forbidden-other-namespace': retrying('forbidden'),
    'forbidden-quota': retrying('forbidden'),
    'forbidden-target-namespace': retrying('forbidden'),
    'health-check-failed': retrying('health_check'),
    'health-check-failed-after-success': retrying('health_check'),
    'health-check-missing-object': retrying('health_check'),
    'health-check-timeout': retrying('health_check'),
    'immutable-field-secret-type': retrying('immutable_field'),
    'immutable-field-selector': retrying('immutable_field'),
    'invalid-custom-resource': retrying('manifest_invalid'),
    'invalid-name': retrying('manifest_invalid'),
    'invalid-required': retrying('manifest_invalid'),
    'invalid-selector': retrying('manifest_invalid'),
    'invalid-type': retrying('manifest_invalid'),
    'invalid-unknown-field-custom-resource': retrying('manifest_invalid'),
    'kind-not-installed': retrying('kind_not_installed', 'ours'),
    'kubeconfig-secret-missing': retrying('kubeconfig_secret'),
    'limitrange-pods-refused': retrying('health_check'),
    'namespace-missing': retrying('forbidden'),
    'new-no-status': BUSY,
    'path-not-found': retrying('path_not_found'),
    'pod-security-deployment': retrying('health_check'),
    'pod-security-pod': retrying('admission_refused'),
    'progressing-after-failure': BUSY,
    'progressing-first': BUSY,
    'progressing-health-check': BUSY,
    'quota-exceeded': retrying('quota_exceeded'),
    'ready-empty-path': readyBut('nothing_applied'),
    'ready-everything-pruned': readyBut('nothing_applied'),
    'ready-generation-not-observed': BUSY,
    'ready-requested-not-handled': BUSY,
    'ready-typo-in-kustomization-yaml': readyBut('nothing_applied'),
    'remote-base-refused': retrying('remote_base'),
    'resumed-not-observed': BUSY,
    'service-account-missing': retrying('rights_missing', 'ours'),
    'shard-unknown-moved': BUSY,
    'shard-unknown-new': ['unknown', 'not_looked_at', 'ours'],
    'source-cross-namespace-refused': stalled('access_denied'),
    'source-missing': waiting('source_missing', 'ours'),
    'source-not-ready': waiting('source_waiting'),
    'source-not-ready-yet': waiting('source_waiting'),
    'substitution-configmap-missing': retrying('substitution'),
    'substitution-variable-missing': retrying('substitution'),
    'substitution-variable-missing-always': retrying('substitution'),
    suspended: HELD,
    'suspended-before-first-run': HELD,
    'suspended-with-managed-fields': HELD,
    'switched-to-broken-source': waiting('source_waiting'),
  },
  helmrelease: {
    'chart-not-found': sourceFails('chart_not_found'),
    'chartref-cross-namespace': stalled('access_denied'),
    'chartref-missing': waiting('source_missing', 'ours'),
    'chartref-not-ready': sourceFails('source_not_found'),
    'deleting-stuck-no-rights': failing('deletion_stuck', 'ours'),
    'dependency-not-ready': waiting('dependency'),
    'drift-corrected': READY,
    'drift-detected': readyBut('drift'),
    'install-failed-forbidden': retrying('forbidden'),
    'install-failed-invalid-object': stalled('manifest_invalid'),
    'install-failed-kind-not-installed': retrying('kind_not_installed', 'ours'),
    'install-failed-no-rights': retrying('service_account_unnamed', 'ours'),
    'install-failed-required-value': retrying('chart_template'),
    'install-failed-timeout': stalled('health_check'),
    'install-failed-values-schema': retrying('values_invalid'),
    'install-retry-on-failure': retrying('health_check'),
    'kubeconfig-secret-missing': retrying('kubeconfig_secret'),
    suspended: HELD,
    'suspended-before-first-run': HELD,
    'target-namespace-forbidden': retrying('forbidden'),
    'upgrade-failed': stalled('health_check'),
    'upgrade-failed-rolled-back': stalled('rolled_back'),
    upgraded: READY,
    'values-invalid': retrying('values_invalid'),
    'values-missing': retrying('values_missing'),
  },
  alert: { object: READY, 'provider-missing': failing('provider_missing', 'ours') },
  provider: {
    object: READY,
    'deleting-stuck-after-controller-outage': failing('deletion_stuck', 'ours'),
  },
  receiver: {
    'ready-cross-namespace': readyBut('receiver_cross_namespace'),
    'ready-resource-missing': readyBut('receiver_target_missing', 'ours'),
    'secret-missing': retrying('receiver_secret', 'ours'),
    suspended: HELD,
  },
}

/** What a case is by its name; whatever is called ready and is not listed is Ready. */
export function truthOf(folder: string, name: string): Truth | undefined {
  return (
    SOURCES[folder]?.[name] ??
    APPLIERS[folder]?.[name] ??
    (name.startsWith('ready') ? READY : undefined)
  )
}
