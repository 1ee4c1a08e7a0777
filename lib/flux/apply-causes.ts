import type { Rule } from './cause.ts'

const OWN_KINDS =
  'configmaps|secrets|services|serviceaccounts|persistentvolumeclaims|deployments|statefulsets|daemonsets|jobs|cronjobs|ingresses'

/** User, and a kind that a tenant may manage, in the user's own namespace. */
const lacksIn = (account: string) =>
  new RegExp(
    `system:serviceaccount:([^:"]+):${account}" cannot \\w+ resource "(?:${OWN_KINDS})" in API group "[^"]*" in the namespace "\\1"`,
  )

/** Why the cluster did not take what was built, or what was taken does not live, or does not go. */
export const APPLY_RULES: readonly Rule[] = [
  {
    code: 'deletion_stuck',
    reason: /^UninstallFailed$/,
    whose: 'ours',
    nextStep:
      'The release cannot be uninstalled and stays. Give its service account back what the message names, then it finishes.',
  },
  {
    code: 'deletion_stuck',
    message: /pruning for deleted resource failed/,
    whose: 'ours',
    nextStep:
      'What it applied cannot be removed, so it stays. Give its service account its rights back; then it finishes in seconds.',
  },
  {
    code: 'orphaned',
    message: /unable to prune objects|failed to wait for resources termination/,
    whose: 'ours',
    nextStep:
      'It went without removing all that it applied. The platform team looks what still stands in the namespace.',
  },
  {
    code: 'platform_object',
    message: /denied request: managed by /,
    whose: 'yours',
    nextStep:
      'The platform owns that object. Remove it from deploy/; what it says is changed by a request here.',
  },
  {
    code: 'admission_unavailable',
    message: /failed calling webhook/,
    whose: 'another_team',
    nextStep:
      'An admission webhook of the cluster does not answer. Flux tries again; tell who runs that webhook if it lasts.',
  },
  {
    code: 'namespace_terminating',
    message: /because it is being terminated/,
    whose: 'ours',
    nextStep: 'The namespace is being deleted. The platform team finds out by whom.',
  },
  {
    code: 'quota_exceeded',
    message: /exceeded quota/,
    whose: 'yours',
    nextStep: 'The namespace is full. Remove what is not needed, or ask for a larger size.',
  },
  {
    code: 'admission_refused',
    message: /denied (?:the )?request|disallowed by cluster policy|violates PodSecurity/,
    whose: 'yours',
    nextStep: 'A policy of the cluster refuses that manifest. Do what its message says, and push.',
  },
  {
    code: 'service_account_unnamed',
    message: lacksIn('default'),
    whose: 'ours',
    nextStep:
      'It acts as the service account `default`, which has no rights. Retry the run: the account that it should name is set again.',
  },
  {
    code: 'rights_missing',
    message: lacksIn('[^"]+'),
    whose: 'ours',
    nextStep:
      "The tenant's service account lacks its rights. Retry the run: they are placed again.",
  },
  {
    code: 'forbidden',
    message: /\(Forbidden\)|is forbidden/,
    whose: 'yours',
    nextStep:
      'The tenant may not manage that there. Remove it from deploy/, or ask the platform team for it.',
  },
  {
    code: 'kind_not_installed',
    message: /no matches for kind|could not find the requested resource/,
    whose: 'ours',
    nextStep:
      'This cluster does not know that kind. Remove it from deploy/, or ask the platform team.',
  },
  {
    code: 'immutable_field',
    message: /field is immutable|cannot change roleRef|updates to .* are forbidden/,
    whose: 'yours',
    nextStep:
      'That field cannot change in place. Give the object another name, or delete it first.',
  },
  {
    code: 'field_conflict',
    message: /Apply failed with \d+ conflicts?|conflicts? with "/,
    whose: 'yours',
    nextStep: 'Another manager owns those fields. Give them up there, or remove them from deploy/.',
  },
  {
    code: 'cluster_unavailable',
    message:
      /etcdserver: |the object has been modified|(?:connect: connection refused|i\/o timeout|context deadline exceeded|TLS handshake timeout|http2: client connection lost).*$/,
    reason: /^(ReconciliationFailed|PruneFailed|StateError)$/,
    whose: 'heals_itself',
    nextStep: 'The cluster’s own API did not answer Flux in time. Flux tries again by itself.',
  },
  {
    code: 'manifest_invalid',
    message: /dry-run failed|is invalid|failed to create typed patch|apply failed \(/,
    whose: 'yours',
    nextStep: 'The API server refuses that manifest. Correct it in deploy/ and push.',
  },
  {
    code: 'kubeconfig_secret',
    message: /KubeConfig secret/i,
    whose: 'yours',
    nextStep:
      'It names a kubeconfig that is not there, and may not leave this cluster anyway. Remove `kubeConfig` and push.',
  },
  {
    code: 'health_check_cancelled',
    reason: /^HealthCheckCanceled$/,
    whose: 'heals_itself',
    nextStep: 'A newer revision came before this one was healthy. Flux goes on with that.',
  },
  {
    code: 'health_check',
    reason: /^(HealthCheckFailed|InstallFailed|UpgradeFailed|RollbackFailed)$/,
    message: /health check failed|timeout waiting for|stalled resources|timed out waiting/,
    whose: 'yours',
    nextStep: 'What was applied does not become healthy. Look at its pods and events; push a fix.',
  },
  {
    code: 'health_check',
    reason: /^HealthCheckFailed$/,
    whose: 'yours',
    nextStep: 'What was applied does not become healthy. Look at its pods and events; push a fix.',
  },
  {
    code: 'pruning',
    reason: /^PruneFailed$/,
    whose: 'ours',
    nextStep: 'Objects could not be removed. Tell the platform team the object named here.',
  },
  {
    code: 'release_test',
    reason: /^TestFailed$/,
    whose: 'yours',
    nextStep: 'The release’s own tests fail. Read their log; push a fix.',
  },
]
