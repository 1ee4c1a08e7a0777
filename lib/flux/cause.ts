/** Whose move it is. */
export type Whose = 'yours' | 'ours' | 'another_team' | 'heals_itself'

/** Why something is as it is, in a word for machines, whose move that is, and the next step for a person. */
export type Cause = { code: string; whose: Whose; nextStep: string }

type Rule = { code: string; reason?: RegExp; message?: RegExp; whose: Whose; nextStep: string }

/** What a reason and a message of Flux mean, first match wins. The texts are those of Flux 2.9, as it was recorded. */
const SOURCE_RULES: readonly Rule[] = [
  {
    code: 'source_secret',
    reason: /^AuthenticationFailed$/,
    whose: 'ours',
    nextStep: 'The credentials Secret is missing or lacks keys. Retry the run: it is placed again.',
  },
  {
    code: 'source_authentication',
    message:
      /authentication required|authorization failed|unable to authenticate|UNAUTHORIZED|provided access key|signature we calculated|handshake failed/,
    whose: 'ours',
    nextStep:
      'The read credential was refused. The platform team rotates it; then Flux tries again by itself.',
  },
  {
    code: 'commit_verification',
    message: /verification of commit|verify the signature/,
    whose: 'yours',
    nextStep: 'What was delivered is not signed by an accepted key. Sign it and push again.',
  },
  {
    code: 'source_not_found',
    message:
      /unable to resolve commit|no match found for semver|couldn't find remote ref|reference not found|repository not found|MANIFEST_UNKNOWN|^bucket '.+' not found/,
    whose: 'yours',
    nextStep: 'The branch, tag or repository is gone. Restore it, or change the source.',
  },
  {
    code: 'source_content',
    message: /sparse checkout dir|failed to find layer|no artifact available for include/,
    whose: 'yours',
    nextStep: 'The source lacks what its specification asks for. Restore it, or change the source.',
  },
  {
    code: 'source_unreachable',
    reason: /^(GitOperation|BucketOperation|OCIArtifactPull)Failed$/,
    whose: 'heals_itself',
    nextStep:
      'The host of the source does not answer this cluster. Flux tries again by itself; if it lasts, tell the platform team.',
  },
]

const BUILD_RULES: readonly Rule[] = [
  {
    code: 'path_not_found',
    message: /kustomization path not found/,
    whose: 'yours',
    nextStep: 'Restore the overlay folder of this environment in the repository.',
  },
  {
    code: 'substitution',
    message: /post build failed|substitut/,
    whose: 'yours',
    nextStep:
      'A variable in deploy/ has no value. Give it a default, or write $${…} for literal text.',
  },
  {
    code: 'decryption',
    message: /decryption failed|sops/i,
    whose: 'yours',
    nextStep:
      'A secret in deploy/ cannot be decrypted here. Encrypt it for the key of this cluster.',
  },
  {
    code: 'build_failed',
    reason: /^BuildFailed$/,
    whose: 'yours',
    nextStep:
      'Correct the manifests under deploy/ and push; `kustomize build` shows the same error locally.',
  },
  {
    code: 'dependency_expression',
    message: /CEL expression/,
    whose: 'yours',
    nextStep: 'The condition on a dependency cannot be evaluated. Correct it in deploy/ and push.',
  },
  {
    code: 'dependency',
    reason: /^(DependencyNotReady|ArtifactFailed)$/,
    whose: 'heals_itself',
    nextStep: 'It waits for what it depends on. Look at that first.',
  },
]

const OWN_KINDS =
  'configmaps|secrets|services|serviceaccounts|persistentvolumeclaims|deployments|statefulsets|daemonsets|jobs|cronjobs|ingresses'

const APPLY_RULES: readonly Rule[] = [
  {
    code: 'platform_object',
    message: /denied request: managed by /,
    whose: 'yours',
    nextStep:
      'The platform owns that object. Remove it from deploy/; what it says is changed by a request here.',
  },
  {
    code: 'admission_refused',
    message: /denied request|disallowed by cluster policy|violates PodSecurity|admission webhook/,
    whose: 'yours',
    nextStep: 'A policy of the cluster refuses that manifest. Do what its message says, and push.',
  },
  {
    code: 'quota_exceeded',
    message: /exceeded quota/,
    whose: 'yours',
    nextStep: 'The namespace is full. Remove what is not needed, or ask for a larger size.',
  },
  {
    code: 'rights_missing',
    message: new RegExp(
      `system:serviceaccount:([^:"]+):[^"]+" cannot \\w+ resource "(?:${OWN_KINDS})" in API group "[^"]*" in the namespace "\\1"`,
    ),
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
    message: /no matches for kind/,
    whose: 'ours',
    nextStep:
      'This cluster does not know that kind. Remove it from deploy/, or ask the platform team.',
  },
  {
    code: 'immutable_field',
    message: /field is immutable/,
    whose: 'yours',
    nextStep:
      'That field cannot change in place. Give the object another name, or delete it first.',
  },
  {
    code: 'manifest_invalid',
    message: /dry-run failed|is invalid/,
    whose: 'yours',
    nextStep: 'The API server refuses that manifest. Correct it in deploy/ and push.',
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
]

const RULES = [...SOURCE_RULES, ...BUILD_RULES, ...APPLY_RULES]

const STALLED: Cause = {
  code: 'stalled',
  whose: 'yours',
  nextStep: 'Flux does not retry until the specification changes. Correct what it names.',
}

const UNEXPLAINED: Cause = {
  code: 'failing',
  whose: 'yours',
  nextStep: 'Read what Flux says; correct it and push.',
}

/** Why a failing Flux object fails, from its reason and message. */
export function causeOfFailure(reason: string | null, message: string): Cause {
  const rule = RULES.find(
    (entry) => (entry.reason?.test(reason ?? '') ?? true) && (entry.message?.test(message) ?? true),
  )
  return rule ? { code: rule.code, whose: rule.whose, nextStep: rule.nextStep } : UNEXPLAINED
}

/** Why a stalled Flux object stopped: the failure that we know, else that it waits for another specification. */
export function causeOfStall(reason: string | null, message: string): Cause {
  const cause = causeOfFailure(reason, message)
  return cause === UNEXPLAINED ? STALLED : cause
}
