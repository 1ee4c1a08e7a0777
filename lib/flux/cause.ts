/** Whose move it is. */
export type Whose = 'yours' | 'ours' | 'another_team' | 'heals_itself'

type Cause = { code: string; whose: Whose; nextStep: string }

type Rule = Cause & { reason?: RegExp; message?: RegExp }

/**
 * From Flux's reason and message to what a person can do, first match wins.
 * Reasons and messages: source-controller and kustomize-controller 2.9 as recorded on a real cluster.
 */
const RULES: readonly Rule[] = [
  {
    code: 'source_authentication',
    reason: /GitOperationFailed|BucketOperationFailed|OCIArtifactPullFailed|Failed|FetchFailed/,
    message:
      /authentication required|authorization failed|unable to authenticate|401|403|unauthorized|permission denied|handshake failed/i,
    whose: 'ours',
    nextStep:
      'The read credential was refused. The platform team rotates it; then Flux tries again by itself.',
  },
  {
    code: 'source_secret',
    reason: /AuthenticationFailed/,
    whose: 'ours',
    nextStep: 'The credentials Secret is missing or lacks keys. Retry the run: it is placed again.',
  },
  {
    code: 'commit_verification',
    message: /signature verification/i,
    whose: 'yours',
    nextStep: 'The commit is not signed by an accepted key. Push a signed commit.',
  },
  {
    code: 'source_not_found',
    message:
      /unable to resolve commit|no match found for semver|couldn't find remote ref|reference not found|repository not found|branch .* not found/i,
    whose: 'yours',
    nextStep: 'The branch or repository is gone. Restore it, or change the source.',
  },
  {
    code: 'source_unreachable',
    reason: /GitOperationFailed/,
    message:
      /timeout|timed out|deadline|connection refused|no such host|EOF|i\/o|tls|x509|429|too many requests|5\d\d|unavailable/i,
    whose: 'heals_itself',
    nextStep:
      'The Git host does not answer this cluster. Flux tries again by itself; if it lasts, tell the platform team.',
  },
  {
    code: 'build_failed',
    reason: /BuildFailed/,
    whose: 'yours',
    nextStep:
      'Correct the manifests under deploy/ and push; `kustomize build` shows the same error locally.',
  },
  {
    code: 'path_not_found',
    message: /kustomization path not found|no such file or directory/i,
    whose: 'yours',
    nextStep: 'Restore the overlay folder of this environment in the repository.',
  },
  {
    code: 'forbidden',
    message: /forbidden|cannot (create|patch|get|list|delete|update)/i,
    whose: 'yours',
    nextStep:
      'The tenant may not manage that kind. Remove it from deploy/, or ask the platform team for it.',
  },
  {
    code: 'health_check',
    reason: /HealthCheckFailed/,
    whose: 'yours',
    nextStep: 'What was applied does not become healthy. Look at its pods and events; push a fix.',
  },
  {
    code: 'dry_run_refused',
    message: /dry-run failed|admission webhook|ValidatingAdmissionPolicy|is invalid|immutable/i,
    whose: 'yours',
    nextStep: 'The API server refuses that manifest. Correct it in deploy/ and push.',
  },
  {
    code: 'pruning',
    reason: /PruneFailed/,
    whose: 'ours',
    nextStep: 'Objects could not be removed. Tell the platform team the object named here.',
  },
  {
    code: 'dependency',
    reason: /DependencyNotReady|ArtifactFailed/,
    whose: 'heals_itself',
    nextStep: 'It waits for its source. Look at the source first.',
  },
]

const BY_STATUS: Partial<Record<string, Cause>> = {
  ready: { code: 'ready', whose: 'heals_itself', nextStep: 'Nothing to do.' },
  reconciling: { code: 'reconciling', whose: 'heals_itself', nextStep: 'Flux is at work.' },
  deleting: { code: 'deleting', whose: 'heals_itself', nextStep: 'It is being removed.' },
  suspended: {
    code: 'suspended',
    whose: 'another_team',
    nextStep: 'Ask who suspended it; resume when the reason is gone.',
  },
  behind: {
    code: 'behind',
    whose: 'heals_itself',
    nextStep: 'Flux takes the newer revision at its next look.',
  },
  unknown: {
    code: 'unknown',
    whose: 'heals_itself',
    nextStep: 'Not seen yet; it is looked at again.',
  },
}

/** Why a Flux object is as it is, whose move that is, and the next step. */
export function causeOf(status: string, reason: string | null, message: string): Cause {
  const calm = BY_STATUS[status]
  if (calm) return calm
  const rule = RULES.find(
    (entry) => (entry.reason?.test(reason ?? '') ?? true) && (entry.message?.test(message) ?? true),
  )
  if (rule) return { code: rule.code, whose: rule.whose, nextStep: rule.nextStep }
  const stalled: Cause = {
    code: 'stalled',
    whose: 'yours',
    nextStep: 'Flux does not retry until the specification changes. Correct what it names.',
  }
  return status === 'stalled'
    ? stalled
    : { code: 'failing', whose: 'yours', nextStep: 'Read what Flux says; correct it and push.' }
}
